-- All that is left of some transactions, as of one instant: of each span in turn from its newest end, until the answer is
-- large enough; a transaction is never cut.
local ELEMENTS, DOTS, ENTRIES = unpack(KEYS)
local room = tonumber(ARGV[1])
-- What an element costs beside its bytes.
local ELEMENT_BYTES = 160
-- Places of the index read at a time.
local STEP = 500
local SEQ_DIGITS = 16

local seen, lows, names, elements, places, entries = {}, {}, {}, {}, {}, {}

local function take(name)
  if seen[name] then return end
  seen[name] = true
  local place = string.match(name, '^e%d+/(%d+)$')
  local packed = redis.call('HGET', place and ENTRIES or ELEMENTS, place or name)
  if not packed then return end
  if place then
    places[#places + 1] = place
    entries[#entries + 1] = packed
  else
    names[#names + 1] = name
    elements[#elements + 1] = packed
  end
  room = room - #packed - ELEMENT_BYTES
end

-- Answers down to where it got.
local function readSpan(origin, low, high)
  local seqAt = #origin + 2
  local bottom, top = '[' .. origin .. '/' .. low .. '/', '(' .. origin .. '/' .. high .. '0'
  local last
  while true do
    local dots = redis.call('ZREVRANGEBYLEX', DOTS, top, bottom, 'LIMIT', 0, STEP)
    for _, dot in ipairs(dots) do
      local seq = string.sub(dot, seqAt, seqAt + SEQ_DIGITS - 1)
      if room <= 0 and last and seq ~= last then return last end
      take(string.sub(dot, seqAt + SEQ_DIGITS + 1))
      last = seq
    end
    if #dots < STEP then return low end
    top = '(' .. dots[#dots]
  end
end

for i = 2, #ARGV, 3 do
  if #lows > 0 and room <= 0 then break end
  lows[#lows + 1] = readSpan(ARGV[i], ARGV[i + 1], ARGV[i + 2])
end
return { lows, names, elements, places, entries }
