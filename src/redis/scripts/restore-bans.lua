-- Puts back what a Redis that came back empty has lost, unless somebody did. ARGV: how many changes the caller knows, then
-- pairs of a field and a ban. What was banned since then stays as it is.
local changes = tonumber(redis.call('GET', KEY.banChanges) or 0)
if changes >= tonumber(ARGV[1]) then return end
for i = 2, #ARGV, 2 do redis.call('HSETNX', KEY.bans, ARGV[i], ARGV[i + 1]) end
redis.call('SET', KEY.banChanges, tonumber(ARGV[1]) + 1)
