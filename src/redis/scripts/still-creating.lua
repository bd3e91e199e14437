-- A room is on its way: it counts as being created for so long again, if it still does (I10).
-- ARGV: request, ticket, creation ms.
redis.call('ZADD', KEY.creating .. ARGV[1], 'XX', now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEY.creating .. ARGV[1], ARGV[3])
