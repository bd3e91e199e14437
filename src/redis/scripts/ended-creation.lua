-- A room that was being created is listed, or could not be made (I10).
-- ARGV: request, ticket, the room's seats or '', for how many ms they are to be known.
redis.call('ZREM', KEY.creating .. ARGV[1], ARGV[2])
if ARGV[3] ~= '' then redis.call('SET', KEY.size .. ARGV[1], ARGV[3], 'PX', ARGV[4]) end
