-- Writes a listing anew, and ends the claims that have become clients of it (I4, I9).
-- ARGV: what `write` takes, then the claims. Returns 'ok', 'unlisted' or 'stale': nothing has changed in the last two.
local id, process, epoch = ARGV[1], ARGV[2], tonumber(ARGV[3])
local owner = owner_of(id)
if not owner then return 'unlisted' end
if owner.process ~= process or owner.epoch > epoch then return 'stale' end
for i = WRITTEN + 1, #ARGV do end_claim(ARGV[i], id) end
write(owner.room)
return 'ok'
