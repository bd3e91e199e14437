-- Takes a ban off. ARGV: its field. Returns 1 if there was one, else 0.
local removed = redis.call('HDEL', KEY.bans, ARGV[1])
if removed == 1 then redis.call('INCR', KEY.banChanges) end
return removed
