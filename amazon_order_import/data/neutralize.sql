-- A copy of the database must not talk to Amazon, nor take reports away from it.
UPDATE amazon_account
   SET lwa_client_id = NULL,
       lwa_client_secret = NULL,
       lwa_refresh_token = NULL,
       connection_state = 'not_connected',
       connection_reason = NULL,
       connection_error = NULL,
       disconnected_since = NULL;
DELETE FROM amazon_authorization;
