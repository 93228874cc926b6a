-- Note that a scored ticket's alerts are on their queue. One that was posted anew under its id meanwhile owes its own.
-- KEYS[1] ticket:{id}   Returns 1 if it was noted, else 0
if redis.call('HGET', KEYS[1], 'state') ~= 'scored' then return 0 end
redis.call('HSET', KEYS[1], 'alerts_enqueued', 1)
return 1
