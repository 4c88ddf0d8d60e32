-- Entries of one part of an index, the newest first.
local ENTRIES, ORDER = unpack(KEYS)
local members = redis.call('ZREVRANGEBYLEX', ORDER, ARGV[1], ARGV[2], 'LIMIT', 0, tonumber(ARGV[3]))
local places, entries = {}, {}
for _, member in ipairs(members) do
  local place = string.match(member, '/(%d+)$')
  places[#places + 1] = place
  entries[#entries + 1] = redis.call('HGET', ENTRIES, place)
end
return { places, entries }
