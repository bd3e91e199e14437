-- Takes a row off (I4).
-- ARGV: room id, process, epoch. Returns 1, or 0 when it is not there, or another's.
local id, process, epoch = ARGV[1], ARGV[2], tonumber(ARGV[3])
local owner = owner_of(id)
if not owner or owner.process ~= process or owner.epoch > epoch then return 0 end
if owner.room then drop(owner.room) else redis.call('HDEL', KEY.rows, id) end
return 1
