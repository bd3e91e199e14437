-- Claims seats in the first rooms of a set, or of a list, and says which rooms are to be created (I5 to I10).
-- ARGV: JSON of
--   name, request (its name), claims, first (room id), avoid (process ids),
--   set (or '') and after (the entry to go on after, '' at first), or among (room ids, best first),
--   create (whether rooms may be created), leaseMs, claimMs, creationMs, waitingMs
-- Returns { claims and rows by turns, tickets, the entry to go on after when it is to be asked again, else false }.
local wanted = cjson.decode(ARGV[1])

local avoided = {}
for _, process in ipairs(wanted.avoid) do avoided[process] = true end
local function wants(room) return not avoided[room.process] end

local function listed(id)
  local room = id and load_room(id)
  if room and room.name == wanted.name and wants(room) and is_offered(room, wanted.leaseMs) then return room end
  return nil
end

local claims_left = expire_claims()
local granted, seated, missing = {}, {}, {}

local function grant(claim, room)
  granted[#granted + 1] = claim
  granted[#granted + 1] = row_of(room)
  seated[#seated + 1] = claim
end

-- A seat that a claim has already is its seat. It is given up when its room is not wanted any more.
for _, claim in ipairs(wanted.claims) do
  local id = redis.call('HGET', KEY.claimed, claim)
  local room = id and listed(id)
  if room then
    grant(claim, room)
  else
    missing[#missing + 1] = claim
    if id then
      end_claim(claim, id)
      place_again(id)
    end
  end
end

-- Fills a room with the claims that are left. With rooms of few clients first the next claim may go to another one.
local served = 0
local function fill(room, spread)
  local free = room.max - taken(room)
  local most = spread and room.way == '1' and 1 or free
  while most > 0 and free > 0 and served < #missing do
    served, most, free = served + 1, most - 1, free - 1
    take_claim(missing[served], room, wanted.claimMs)
    grant(missing[served], room)
  end
  place(room)
end

local first = wanted.first ~= '' and #missing > 0 and listed(wanted.first)
if first then fill(first, false) end

local rooms = { stopped = false, after = '' }
if wanted.set ~= '' then
  rooms = walk(wanted.set, wanted.after, wanted.leaseMs, wants)
  while served < #missing do
    local room = rooms.next()
    if not room then break end
    fill(room, true)
  end
end
for _, id in ipairs(wanted.among) do
  if served == #missing then break end
  local room = listed(id)
  if room and room.open == '1' then fill(room, false) end
end

local waiting_key, creating_key = KEY.waiting .. wanted.request, KEY.creating .. wanted.request
if #seated > 0 then redis.call('ZREM', waiting_key, unpack(seated)) end
if served == #missing then return { granted, {}, false } end
if claims_left then return { granted, {}, '' } end -- they may free seats in rooms that were passed already
if rooms.stopped then return { granted, {}, rooms.after } end
if not wanted.create then return { granted, {}, false } end

-- Nothing is free: so many rooms as all that wait need, less those that are being created (I10).
for i = served + 1, #missing do redis.call('ZADD', waiting_key, now + wanted.waitingMs, missing[i]) end
redis.call('PEXPIRE', waiting_key, wanted.waitingMs)
redis.call('ZREMRANGEBYSCORE', waiting_key, '-inf', now)
redis.call('ZREMRANGEBYSCORE', creating_key, '-inf', now)
local size = tonumber(redis.call('GET', KEY.size .. wanted.request))
local needed = size and math.max(1, math.ceil(redis.call('ZCARD', waiting_key) / math.max(1, size))) or 1
local tickets = {}
for _ = redis.call('ZCARD', creating_key) + 1, needed do
  local ticket = redis.call('INCR', KEY.tickets) .. '.' .. now .. ' ' .. wanted.request
  redis.call('ZADD', creating_key, now + wanted.creationMs, ticket)
  tickets[#tickets + 1] = ticket
end
if #tickets > 0 then redis.call('PEXPIRE', creating_key, wanted.creationMs) end
return { granted, tickets, false }
