-- The first open room of a set, with nothing claimed.
-- ARGV: set, the entry to go on after ('' at first), lease ms.
-- Returns { row or false, the entry to go on after when it is to be asked again, else false }.
local set, after, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])
local claims_left = expire_claims()
local rooms = walk(set, after, lease_ms, function() return true end)
local room = rooms.next()
if room then return { row_of(room), false } end
if claims_left then return { false, '' } end -- they may free seats in rooms that were passed already
return { false, rooms.stopped and rooms.after }
