-- What the scripts of the room index share: time, rooms and their places in the sets of open rooms, claims, leases.
-- `KEY` has the names of the keys (keys.ts). Rules: src/matchmaking/SPEC.md; the plain version: memory-room-index.ts.

-- The most of what is overdue that one call works off: claims that are over, rooms that are passed over while a seat is
-- looked for; and rooms of dead processes while nobody waits for a seat.
local MOST = 100
local MOST_SWEPT = 500

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local now = now_ms()

-- Claims

-- Ends a claim on this room; one on another is left alone.
local function end_claim(claim, id)
  if redis.call('HGET', KEY.claimed, claim) ~= id then return end
  redis.call('ZREM', KEY.claims, claim)
  redis.call('HDEL', KEY.claimed, claim)
  if redis.call('HINCRBY', KEY.seats, id, -1) <= 0 then redis.call('HDEL', KEY.seats, id) end
end

-- Rooms

-- open: '1' while neither locked nor private. sets: one a line. before, way, after: its rank (name-plan.ts). entry: its
-- text in the sets, empty while it is in none.
local FIELDS = { 'name', 'process', 'epoch', 'clients', 'max', 'open', 'sets', 'before', 'way', 'after', 'entry' }

local function load_room(id)
  local values = redis.call('HMGET', KEY.room .. id, unpack(FIELDS))
  if not values[1] then return nil end
  local room = { id = id }
  for i, field in ipairs(FIELDS) do room[field] = values[i] end
  room.epoch, room.clients, room.max = tonumber(room.epoch), tonumber(room.clients), tonumber(room.max)
  return room
end

-- How many seats are taken: by clients and by claims.
local function taken(room)
  room.seats = room.seats or tonumber(redis.call('HGET', KEY.seats, room.id) or 0)
  return room.clients + room.seats
end

local function take_claim(claim, room, claim_ms)
  redis.call('ZADD', KEY.claims, now + claim_ms, claim)
  redis.call('HSET', KEY.claimed, claim, room.id)
  room.seats = redis.call('HINCRBY', KEY.seats, room.id, 1)
end

-- The room's row, or nil where a stock process removed it.
local function row_of(room)
  room.row = room.row or redis.call('HGET', KEY.rows, room.id) or nil
  return room.row
end

-- rankAt in name-plan.ts
local function entry_of(room, clients)
  if room.way == '0' then return room.before .. room.after end
  if room.way == '-1' then clients = 4294967295 - clients end
  return room.before .. string.format('%08x', clients) .. room.after
end

local function move(room, entry)
  if entry == room.entry then return end
  for set in string.gmatch(room.sets, '[^\n]+') do
    if room.entry ~= '' then redis.call('ZREM', KEY.open .. set, room.entry) end
    if entry ~= '' then redis.call('ZADD', KEY.open .. set, 0, entry) end
  end
  room.entry = entry
  redis.call('HSET', KEY.room .. room.id, 'entry', entry)
end

-- Puts a room where it belongs: at its rank in its sets while it is open and has a seat, else nowhere.
local function place(room)
  local clients = taken(room)
  move(room, room.open == '1' and clients < room.max and entry_of(room, clients) or '')
end

local function place_again(id)
  local room = load_room(id)
  if room then place(room) end
end

-- Takes a room off, with its row.
local function drop(room)
  move(room, '')
  redis.call('SREM', KEY.named .. room.name, room.id)
  redis.call('SREM', KEY.owned .. room.process, room.id)
  redis.call('DEL', KEY.room .. room.id)
  redis.call('HDEL', KEY.rows, room.id)
end

-- The room's owner and epoch, of a row that a stock process wrote too; nil where there is no row. What the index knew of
-- a room whose row is gone (a stock process may have removed it) is forgotten here.
local function owner_of(id)
  local row = redis.call('HGET', KEY.rows, id)
  local room = load_room(id)
  if not row then
    if room then drop(room) end
    return nil
  end
  if room then return { process = room.process, epoch = room.epoch, room = room } end
  local read, parsed = pcall(cjson.decode, row)
  if not read or type(parsed) ~= 'table' then return { epoch = 0 } end
  return { process = parsed.processId, epoch = tonumber(parsed.epoch) or 0 }
end

-- Writes a room and its row, from the first twelve of ARGV: room id, process, epoch, row, name, clients, seats, open, sets,
-- before, way, after. `known`: what was known of it, or nil.
local WRITTEN = 12
local function write(known)
  local id, process, epoch, row, name, clients, max, open, sets, before, way, after = unpack(ARGV, 1, WRITTEN)
  if known then
    move(known, '')
    if known.process ~= process then redis.call('SREM', KEY.owned .. known.process, id) end
    if known.name ~= name then redis.call('SREM', KEY.named .. known.name, id) end
  end
  local room = { id = id, process = process, epoch = tonumber(epoch), name = name, open = open, sets = sets, entry = '' }
  room.clients, room.max, room.before, room.way, room.after = tonumber(clients), tonumber(max), before, way, after
  local hash = {}
  for _, field in ipairs(FIELDS) do
    hash[#hash + 1] = field
    hash[#hash + 1] = room[field]
  end
  redis.call('HSET', KEY.room .. id, unpack(hash))
  redis.call('HSET', KEY.rows, id, row)
  redis.call('SADD', KEY.named .. name, id)
  redis.call('SADD', KEY.owned .. process, id)
  place(room)
end

-- Works off claims that are over. Returns true when some are left.
local function expire_claims()
  local over = redis.call('ZRANGEBYSCORE', KEY.claims, '-inf', now, 'LIMIT', 0, MOST)
  local rooms = {}
  for _, claim in ipairs(over) do
    local id = redis.call('HGET', KEY.claimed, claim)
    if id then
      end_claim(claim, id)
      rooms[id] = true
    else
      redis.call('ZREM', KEY.claims, claim)
    end
  end
  for id in pairs(rooms) do place_again(id) end
  return #over == MOST
end

-- Leases

local known_leases = {}
local function has_lease(process)
  if known_leases[process] == nil then
    known_leases[process] = (tonumber(redis.call('ZSCORE', KEY.leases, process)) or 0) > now
  end
  return known_leases[process]
end

-- Whether nobody renewed for so long that Redis itself, or all processes, were away.
local function silent(lease_ms)
  local renewed = tonumber(redis.call('GET', KEY.renewed))
  return not renewed or now - renewed > lease_ms / 2
end

-- L3: false while nobody renews, and for the length of a lease from the first renewal on.
local function may_sweep(lease_ms)
  return not silent(lease_ms) and now >= tonumber(redis.call('GET', KEY.grace) or 0)
end

-- Drops up to `most` rooms of a process, and its entry when none is left. Returns how many it had.
local function sweep_process(process, most)
  local ids = redis.call('SRANDMEMBER', KEY.owned .. process, most)
  for _, id in ipairs(ids) do
    local room = load_room(id)
    if room and room.process == process then drop(room) else redis.call('SREM', KEY.owned .. process, id) end
  end
  if #ids < most then
    redis.call('ZREM', KEY.leases, process)
    redis.call('HDEL', KEY.processes, process)
  end
  return #ids
end

-- Offers

-- Whether a room's row is there and its owner alive. A dead owner's room is swept or, where that is too early, put aside.
local function is_offered(room, lease_ms)
  if not row_of(room) then
    drop(room)
    return false
  end
  if has_lease(room.process) then return true end
  if may_sweep(lease_ms) then drop(room) else move(room, '') end
  return false
end

local function room_of(set, entry)
  local id = string.match(entry, '^[^/]*/(.*)$')
  local room = id and load_room(id)
  if room and room.entry == entry then return room end
  redis.call('ZREM', KEY.open .. set, entry) -- cannot be, and would be met again and again
  return nil
end

-- The first rooms of a set that `wants` says true of, one a call. It stops for good, with `stopped`, when it has passed
-- over MOST rooms: the caller asks again from `after` on.
local function walk(set, after, lease_ms, wants)
  local state = { after = after, stopped = false, passed = 0 }
  local function min() return state.after == '' and '-' or '(' .. state.after end
  function state.next()
    while true do
      local entry = redis.call('ZRANGEBYLEX', KEY.open .. set, min(), '+', 'LIMIT', 0, 1)[1]
      if not entry then return nil end
      local room = room_of(set, entry)
      if room and not wants(room) then
        state.after = entry
      elseif room and is_offered(room, lease_ms) then
        return room
      end
      state.passed = state.passed + 1
      if state.passed >= MOST then
        state.stopped = true
        return nil
      end
    end
  end
  return state
end
