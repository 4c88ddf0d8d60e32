-- What was last written by the commits after one, by about so many elements, and never half a commit. Begun at 0 and gone
-- on until the end that is a load. An element that is written meanwhile is met again further on.
local META, ELEMENTS, REVISIONS, COMMITS, GONE = unpack(KEYS)
local after, limit, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
-- Arguments of one call: Lua's stack holds 8,000.
local AT_ONCE = 4000

local meta = redis.call('HMGET', META, 'origin', 'seq', 'hlc', 'revision', 'position', 'run')
if not meta[1] then return { meta } end
local token = redis.call('HGET', COMMITS, after)
local ahead = redis.call('ZCOUNT', REVISIONS, '(' .. after, '+inf')
-- A load (`most` is 0) has no use for what is not there any more; nor has who is told that it is too much.
local left = most > 0 and redis.call('ZCOUNT', GONE, '(' .. after, '+inf') or 0
if most > 0 and ahead + left > most then return { meta, token, ahead + left, meta[4], {}, {}, {} } end

local found = redis.call('ZRANGEBYSCORE', REVISIONS, '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, limit)
local names, upTo = {}, meta[4]
if #found == 2 * limit then
  upTo = found[#found]
  if found[2] == upTo then
    names = redis.call('ZRANGEBYSCORE', REVISIONS, upTo, upTo)
  else
    for i = 1, #found, 2 do if found[i + 1] ~= upTo then names[#names + 1] = found[i] else break end end
    upTo = found[2 * #names]
  end
else
  for i = 1, #found, 2 do names[#names + 1] = found[i] end
end

local elements = {}
for from = 1, #names, AT_ONCE do
  local part = redis.call('HMGET', ELEMENTS, unpack(names, from, math.min(from + AT_ONCE - 1, #names)))
  for _, element in ipairs(part) do elements[#elements + 1] = element end
end
local gone = left == 0 and {} or redis.call('ZRANGEBYSCORE', GONE, '(' .. after, upTo)
return { meta, token, ahead, upTo, names, elements, gone }
