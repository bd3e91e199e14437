-- Of these rooms, those with a free seat and a living owner: for requests that no set answers.
-- ARGV: room ids. Returns row, number of seats taken, row, number ...
local found = {}
for _, id in ipairs(ARGV) do
  local room = load_room(id)
  local row = room and room.open == '1' and taken(room) < room.max and has_lease(room.process)
  row = row and row_of(room)
  if row then
    found[#found + 1] = row
    found[#found + 1] = taken(room)
  end
end
return found
