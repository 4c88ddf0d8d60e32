-- One commit, whole or not at all: no other command runs between the first line and the last. The first write is one that a full
-- memory refuses, before anything is changed. What needs to know what is there is done here; every form is made in write.ts.
--
-- An element is a packed list under a name: `r` a row, `c` a claim, `t` a tombstone, `h` what was heard of an origin, `f`
-- a floor. `revisions` has each under the commit that wrote it last, `dots` under the transactions that are in it.
local META, ELEMENTS, REVISIONS, DOTS, ENTRIES, ORDER, COMMITS, GONE = unpack(KEYS)
local run, token, format, remembered, isFirst = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1'
local after = { ARGV[6], ARGV[7], ARGV[8], ARGV[9] }
local origin, seq, hlc, revision, position = unpack(ARGV, 10, 14)
local FIRST_OP = 15
-- Places in a row: birth, then for each group what follows.
local FIRST_GROUP, GROUP_FIELDS = 2, 8
local FIRST_DOT = 5
-- Arguments of one call: Lua's stack holds 8,000.
local AT_ONCE = 4000

-- Sent again after a lost connection: the first one came through.
if redis.call('HGET', COMMITS, revision) == token then return 'kept' end
local now = redis.call('HMGET', META, 'origin', 'seq', 'hlc', 'revision', 'run', 'format')
if now[6] and now[6] ~= format then return 'newer' end
if isFirst then
  if now[1] then return 'moved' end
else
  for i = 1, 4 do if now[i] ~= after[i] then return 'moved' end end
  -- Another server than the one that took the last commit: it may lack some, so none goes on under the same origin.
  if now[5] ~= run and origin == now[1] then return 'back' end
end

redis.call('HSET', META, 'origin', origin, 'seq', seq, 'hlc', hlc, 'revision', revision, 'position', position,
  'run', run, 'format', format)
redis.call('HSET', COMMITS, revision, token)
redis.call('HDEL', COMMITS, tonumber(revision) - remembered)

local function inParts(list, call)
  for from = 1, #list, AT_ONCE do call(unpack(list, from, math.min(from + AT_ONCE - 1, #list))) end
end

local function push(list, a, b)
  list[#list + 1] = a
  list[#list + 1] = b
end

local names, old, new = {}, {}, {}
for i = FIRST_OP, #ARGV, 3 do
  local op, name = ARGV[i], ARGV[i + 1]
  if op ~= 'entry' and old[name] == nil then
    old[name] = false
    names[#names + 1] = name
  end
end
for from = 1, #names, AT_ONCE do
  local to = math.min(from + AT_ONCE - 1, #names)
  for i, packed in ipairs(redis.call('HMGET', ELEMENTS, unpack(names, from, to))) do
    if packed then
      local name = names[from + i - 1]
      old[name] = cmsgpack.unpack(packed)
      new[name] = old[name]
    end
  end
end

local function copyOf(list)
  return { unpack(list) }
end

-- A group takes the place of the one of its name; one that is shown also that of a parked one.
local function mergeRow(name, came)
  local there = new[name]
  if not there then new[name] = came return end
  local merged = { came[1] ~= '' and came[1] or there[1] }
  local isTaken = {}
  for at = FIRST_GROUP, #came, GROUP_FIELDS do
    isTaken[came[at] .. came[at + 1]] = true
    if came[at] == 'g' then isTaken['p' .. came[at + 1]] = true end
  end
  for at = FIRST_GROUP, #there, GROUP_FIELDS do
    if not isTaken[there[at] .. there[at + 1]] then
      for field = at, at + GROUP_FIELDS - 1 do merged[#merged + 1] = there[field] end
    end
  end
  for at = FIRST_GROUP, #came do merged[#merged + 1] = came[at] end
  new[name] = merged
end

local function mergeTombstone(name, came)
  local there = new[name]
  if not there then new[name] = came return end
  local merged, has = copyOf(there), {}
  for at = FIRST_DOT, #there do has[there[at]] = true end
  for at = FIRST_DOT, #came do
    if not has[came[at]] then merged[#merged + 1] = came[at] end
  end
  new[name] = merged
end

-- Of what goes without a tombstone nothing else would tell the other members.
local function forget(name, note)
  new[name] = nil
  redis.call('ZADD', GONE, revision, note)
end

-- An entry that is there already, by dot and index, stays as it is.
local function addEntry(place, packed)
  local entry = cmsgpack.unpack(packed)
  local stream, subject, at, dot, index = unpack(entry)
  local id = dot .. '/e' .. index .. '/'
  if redis.call('ZRANGEBYLEX', DOTS, '[' .. id, '(' .. id .. ':', 'LIMIT', 0, 1)[1] then return end
  local ofStream = #stream .. ':' .. stream
  redis.call('HSET', ENTRIES, place, packed)
  redis.call('ZADD', DOTS, 0, id .. place)
  redis.call('ZADD', ORDER, 0, 's' .. ofStream .. '/' .. place,
    0, 'u' .. ofStream .. #subject .. ':' .. subject .. '/' .. place,
    0, 'a' .. ofStream .. '/' .. at .. '/' .. place,
    0, 'd' .. ofStream .. '/' .. dot .. '/' .. index .. '/' .. place)
end

local run_op = {
  row = function(name, packed) mergeRow(name, cmsgpack.unpack(packed)) end,
  tombstone = function(name, packed) mergeTombstone(name, cmsgpack.unpack(packed)) end,
  put = function(name, packed) new[name] = cmsgpack.unpack(packed) end,
  drop = function(name) new[name] = nil end,
  forget = forget,
  entry = addEntry,
  floor = function(name, packed)
    local came, there = cmsgpack.unpack(packed), new[name]
    if not there or tonumber(there[2]) < tonumber(came[2]) then new[name] = came end
  end,
}
for i = FIRST_OP, #ARGV, 3 do run_op[ARGV[i]](ARGV[i + 1], ARGV[i + 2]) end

-- The transactions that are in an element, each with the element's name as `dots` has it.
local function addDots(set, name, element)
  if not element then return end
  local kind = string.sub(name, 1, 1)
  local suffix = '/' .. name
  if kind == 'r' then
    if element[1] ~= '' then set[element[1] .. suffix] = true end
    for at = FIRST_GROUP + 2, #element, GROUP_FIELDS do set[element[at] .. suffix] = true end
  elseif kind == 'c' then
    set[element[4] .. suffix] = true
    set[element[5] .. suffix] = true
  elseif kind == 't' then
    for at = FIRST_DOT, #element do set[element[at] .. suffix] = true end
  end
end

local put, drop, moved, unmoved, dotted, undotted = {}, {}, {}, {}, {}, {}
for _, name in ipairs(names) do
  local was, is = old[name], new[name]
  if is then
    push(put, name, cmsgpack.pack(is))
    push(moved, revision, name)
  elseif was then
    drop[#drop + 1] = name
    unmoved[#unmoved + 1] = name
  end
  if is ~= was then
    local before, later = {}, {}
    addDots(before, name, was)
    addDots(later, name, is)
    for dot in pairs(before) do if not later[dot] then undotted[#undotted + 1] = dot end end
    for dot in pairs(later) do if not before[dot] then push(dotted, 0, dot) end end
  end
end
inParts(put, function(...) redis.call('HSET', ELEMENTS, ...) end)
inParts(drop, function(...) redis.call('HDEL', ELEMENTS, ...) end)
inParts(moved, function(...) redis.call('ZADD', REVISIONS, ...) end)
inParts(unmoved, function(...) redis.call('ZREM', REVISIONS, ...) end)
inParts(dotted, function(...) redis.call('ZADD', DOTS, ...) end)
inParts(undotted, function(...) redis.call('ZREM', DOTS, ...) end)
redis.call('ZREMRANGEBYSCORE', GONE, '-inf', tonumber(revision) - remembered)
return 'kept'
