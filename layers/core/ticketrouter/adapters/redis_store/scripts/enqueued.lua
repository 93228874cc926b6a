-- Note that a ticket's alerts are on their queue; a record that is gone stays gone.   KEYS[1] ticket:{id}
if redis.call('HEXISTS', KEYS[1], 'item') == 1 then redis.call('HSET', KEYS[1], 'alerts_enqueued', 1) end
return 1
