-- Count a resend of a ticket that is not final.   KEYS[1] ticket:{id}   Returns the count, 0 if none was counted
local state = redis.call('HGET', KEYS[1], 'state')
if not state or state == 'scored' or state == 'failed' or state == 'deleted' then return 0 end
return redis.call('HINCRBY', KEYS[1], 'resends', 1)
