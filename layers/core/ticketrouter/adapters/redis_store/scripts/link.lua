-- Note the incident of a ticket; a record that is gone stays gone.   KEYS[1] ticket:{id}   ARGV incident
if redis.call('HEXISTS', KEYS[1], 'item') == 1 then redis.call('HSET', KEYS[1], 'incident', ARGV[1]) end
return 1
