-- All bans, those that are over taken off. ARGV: how many changes the caller knows, the time (ms since 1970).
-- Returns how many changes there were and, if that is another number, the bans as JSON.
local changes = tonumber(redis.call('GET', KEY.banChanges) or 0)
if changes == tonumber(ARGV[1]) then return { changes } end
local kept = {}
local fields = redis.call('HGETALL', KEY.bans)
for i = 1, #fields, 2 do
  local untilMs = cjson.decode(fields[i + 1])['until']
  if untilMs and untilMs <= tonumber(ARGV[2]) then redis.call('HDEL', KEY.bans, fields[i])
  else kept[#kept + 1] = fields[i + 1] end
end
return { changes, kept }
