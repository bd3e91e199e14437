-- Bans a subject, over what was said of it before. ARGV: its field (kind and subject), the ban as JSON.
redis.call('HSET', KEY.bans, ARGV[1], ARGV[2])
redis.call('INCR', KEY.banChanges)
