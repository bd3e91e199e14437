-- Renews the lease of a process, and sweeps what belongs to processes without one (L1 to L3).
-- ARGV: process, its report, lease ms. Returns { 1 when the lease was held until now, reports of all that hold one }.
local process, report, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])
local held = has_lease(process)

if silent(lease_ms) then redis.call('SET', KEY.grace, now + lease_ms) end
redis.call('SET', KEY.renewed, now)
redis.call('ZADD', KEY.leases, now + lease_ms, process)
redis.call('HSET', KEY.processes, process, report)

expire_claims()
if may_sweep(lease_ms) then
  local left = MOST_SWEPT
  for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEY.leases, '-inf', now, 'LIMIT', 0, MOST)) do
    if left > 0 then left = left - sweep_process(dead, left) end
  end
end

local alive = redis.call('ZRANGEBYSCORE', KEY.leases, '(' .. now, '+inf')
return { held and 1 or 0, redis.call('HMGET', KEY.processes, unpack(alive)) }
