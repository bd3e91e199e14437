-- Ends the lease of a process and takes its rows off, some in each call (L6).
-- ARGV: process. Returns 1 when there may be more.
redis.call('ZADD', KEY.leases, 'XX', 0, ARGV[1])
redis.call('HDEL', KEY.processes, ARGV[1])
return sweep_process(ARGV[1], MOST_SWEPT) == MOST_SWEPT and 1 or 0
