-- A copy of the database must not talk to Amazon, nor take reports away from it.
UPDATE amazon_account
   SET lwa_client_id = NULL,
       lwa_client_secret = NULL,
       lwa_refresh_token = NULL,
       sp_api_endpoint = NULL,
       lwa_endpoint = NULL,
       seller_central_endpoint = NULL,
       connection_state = 'not_connected',
       connection_reason = NULL,
       connection_error = NULL,
       disconnected_since = NULL;
DELETE FROM amazon_authorization;
-- Dialogues hold files and what was typed in.
DELETE FROM amazon_report_preview_line;
DELETE FROM amazon_report_undo_line;
DELETE FROM amazon_stock_adjustment_line;
DELETE FROM amazon_order_list_line;
DELETE FROM amazon_order_list;
DELETE FROM amazon_product_maker_line;
DELETE FROM amazon_product_maker;
DELETE FROM amazon_report_preview;
DELETE FROM amazon_account_connect;
DELETE FROM amazon_first_run;
DELETE FROM amazon_invoice_upload_ask;
DELETE FROM amazon_offer_assign;
DELETE FROM amazon_order_finder;
DELETE FROM amazon_privacy_request;
DELETE FROM amazon_report_undo;
DELETE FROM amazon_report_upload;
DELETE FROM amazon_stock_adjustment;
DELETE FROM amazon_vat_unlock;
