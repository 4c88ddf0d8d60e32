-- Removes the entries of one part of an index, the first so many; answers how many went.
local DOTS, ENTRIES, ORDER = unpack(KEYS)
local from, to, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])

local members = redis.call('ZRANGEBYLEX', ORDER, from, to, 'LIMIT', 0, limit)
for _, member in ipairs(members) do
  local place = string.match(member, '/(%d+)$')
  local packed = redis.call('HGET', ENTRIES, place)
  if packed then
    local stream, subject, at, dot, index = unpack(cmsgpack.unpack(packed))
    local ofStream = #stream .. ':' .. stream
    redis.call('HDEL', ENTRIES, place)
    redis.call('ZREM', DOTS, dot .. '/e' .. index .. '/' .. place)
    redis.call('ZREM', ORDER, 's' .. ofStream .. '/' .. place,
      'u' .. ofStream .. #subject .. ':' .. subject .. '/' .. place,
      'a' .. ofStream .. '/' .. at .. '/' .. place,
      'd' .. ofStream .. '/' .. dot .. '/' .. index .. '/' .. place)
  end
end
return #members
