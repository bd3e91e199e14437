-- Lists a room, or lists it again (I3).
-- ARGV: what `write` takes. Returns 1, or 0 when the id is another's: nothing has changed then.
local id, process, epoch = ARGV[1], ARGV[2], tonumber(ARGV[3])
local owner = owner_of(id)
if owner and not (epoch > owner.epoch or (epoch == owner.epoch and process == owner.process)) then return 0 end
write(owner and owner.room)
-- An owner that never had a lease is one whose lease is over: else nobody would sweep what it left.
redis.call('ZADD', KEY.leases, 'NX', now, process)
return 1
