#include "api/openapi_components.hpp"

#include <array>

namespace wdx::api {
namespace {

constexpr std::array kSchemas{
    Component{"Login", R"({"type":"object","required":["username","password"],"properties":{
        "username":{"type":"string","minLength":1},
        "password":{"type":"string","minLength":1,"format":"password"},
        "otp":{"type":"string","description":"Six digits, or a recovery code."}}})"},
    Component{"TokenPair",
              R"({"type":"object","required":["refresh","access"],"additionalProperties":false,"properties":{
        "refresh":{"type":"string","description":"Good for one refresh."},
        "access":{"type":"string","description":"For `Authorization: Bearer ...`."}}})"},
    Component{"Refresh", R"({"type":"object","required":["refresh"],"properties":{
        "refresh":{"type":"string","minLength":1}}})"},
    Component{"Token", R"({"type":"object","required":["token"],"properties":{
        "token":{"type":"string","minLength":1}}})"},
    Component{"Empty", R"({"type":"object","additionalProperties":false})"},
    Component{"Detail", R"({"type":"object","required":["detail"],"additionalProperties":false,"properties":{
        "detail":{"type":"string","description":"What is wrong, for people."},
        "code":{"type":"string","description":"The same for programs, for instance `token_not_valid`."},
        "messages":{"type":"array","items":{"type":"object","additionalProperties":{"type":"string"}}}}})"},
    Component{"FieldErrors", R"({"type":"object","description":"What is wrong with which fields or parameters.",
        "additionalProperties":{"anyOf":[{"$ref":"#/components/schemas/Messages"},{"type":"object","minProperties":1,
        "description":"Of a list: what is wrong with which of its elements, counted from 0.",
        "additionalProperties":{"$ref":"#/components/schemas/Messages"}}]}})"},
    Component{"Messages", R"({"type":"array","minItems":1,"items":{"type":"string"}})"},
    Component{"Errors", R"({"anyOf":[{"$ref":"#/components/schemas/Detail"},
        {"$ref":"#/components/schemas/FieldErrors"}]})"},
    Component{"Session", R"({"type":"object","additionalProperties":false,
        "required":["jti","created_at","last_used_at","expires_at","address","user_agent"],"properties":{
        "jti":{"type":"string","description":"Of its current refresh token."},
        "created_at":{"type":["string","null"],"format":"date-time"},
        "last_used_at":{"type":["string","null"],"format":"date-time"},
        "expires_at":{"type":["string","null"],"format":"date-time"},
        "address":{"type":["string","null"]},
        "user_agent":{"type":["string","null"]}}})"},
    Component{"Sessions", R"({"type":"array","items":{"$ref":"#/components/schemas/Session"}})"},
    Component{"Me", R"({"type":"object","additionalProperties":false,
        "required":["id","username","email","date_joined","second_factor"],"properties":{
        "id":{"type":"integer","format":"int32"},
        "username":{"type":"string"},
        "email":{"type":"string"},
        "date_joined":{"type":["string","null"],"format":"date-time"},
        "second_factor":{"type":"boolean","description":"A one-time code is wanted at every login."}}})"},
    Component{"PasswordChange", R"({"type":"object","required":["current_password","new_password"],"properties":{
        "current_password":{"type":"string","minLength":1,"format":"password"},
        "new_password":{"type":"string","minLength":1,"format":"password"},
        "otp":{"type":"string","description":"Six digits, or a recovery code."}}})"},
    Component{"UserSignals", R"({"type":"object","additionalProperties":false,
        "required":["version","risk","band","signals"],"properties":{
        "version":{"type":"string"},
        "risk":{"type":["number","null"],"format":"double","minimum":0,"maximum":1,
        "description":"Null when every input is missing."},
        "band":{"type":["string","null"],"enum":["low","moderate","high","very_high",null]},
        "signals":{"type":"array","items":{"type":"object","additionalProperties":false,
        "required":["id","value","threshold","weight","contribution","missing"],"properties":{
        "id":{"type":"string"},
        "value":{"type":["boolean","number","null"]},
        "threshold":{"type":["number","null"]},
        "weight":{"type":"number"},
        "contribution":{"type":"number","description":"Not 0 where the signal fires."},
        "missing":{"type":["string","null"],"description":"The inputs that are not there."}}}}}})"},
    Component{"SignalRules", R"({"type":"object","additionalProperties":false,
        "required":["version","formula","bias","bands","signals"],"properties":{
        "version":{"type":"string"},
        "formula":{"type":"string"},
        "bias":{"type":"number"},
        "bands":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["name","from"],
        "properties":{"name":{"type":"string"},"from":{"type":"number"}}}},
        "signals":{"type":"array","items":{"type":"object","additionalProperties":false,
        "required":["id","title","why","source","inputs","fires","threshold","full","weight"],"properties":{
        "id":{"type":"string"},"title":{"type":"string"},"why":{"type":"string"},"source":{"type":"string"},
        "inputs":{"type":"array","items":{"type":"string"}},
        "fires":{"type":"string","enum":["when_true","from","up_to"]},
        "threshold":{"type":["number","null"]},
        "full":{"type":["number","null"],"description":"The value from which the strength is 1."},
        "weight":{"type":"number"}}}}}})"},
    Component{"Month",
              R"({"type":"object","additionalProperties":false,"required":["month","total","harmful"],"properties":{
        "month":{"type":"string","pattern":"^[0-9]{4}-[0-9]{2}$"},
        "total":{"type":"integer","format":"int64"},
        "harmful":{"type":["integer","null"],"format":"int64"}}})"},
    Component{"Day", R"({"type":"object","additionalProperties":false,"required":["day","total"],"properties":{
        "day":{"type":"string","format":"date"},
        "total":{"type":"integer","format":"int64"}}})"},
    Component{"Bin", R"({"type":"object","additionalProperties":false,"required":["from","to","total","harmful"],
        "properties":{
        "from":{"type":"number"},
        "to":{"type":["number","null"],"description":"Null: no end. Of counts the last one within, of ratios the first beyond."},
        "total":{"type":"integer","format":"int64"},
        "harmful":{"type":["integer","null"],"format":"int64"}}})"},
    Component{"Statistics", R"({"type":"object","additionalProperties":false,
        "required":["account","as_of","users","joined","joined_unknown","followers_count","followers_count_unknown",
        "following_count","following_count_unknown","follow_ratio","follow_ratio_no_followers","follow_ratio_unknown",
        "posts","actions","classified_by_day","last_scrape_at","top"],"properties":{
        "account":{"$ref":"#/components/schemas/Account"},
        "corrected":{"type":"array","description":"With `corrected=true`: the fields of which any value was replaced.",
        "items":{"type":"string"}},
        "as_of":{"type":"string","format":"date-time"},
        "users":{"type":"object","additionalProperties":false,
        "required":["total","followers","certified","harmful","inactive","sane","unclassified","harmful_share",
        "followers_harmful_share"],"properties":{
        "total":{"type":"integer","format":"int64"},
        "followers":{"type":["integer","null"],"format":"int64"},
        "certified":{"type":["integer","null"],"format":"int64"},
        "harmful":{"type":["integer","null"],"format":"int64","description":"Also those who are inactive, too."},
        "inactive":{"type":["integer","null"],"format":"int64"},
        "sane":{"type":["integer","null"],"format":"int64","description":"Classified, and neither."},
        "unclassified":{"type":["integer","null"],"format":"int64"},
        "harmful_share":{"type":["number","null"],"minimum":0,"maximum":1,"description":"Of the classified."},
        "followers_harmful_share":{"type":["number","null"],"minimum":0,"maximum":1}}},
        "joined":{"type":["array","null"],"items":{"$ref":"#/components/schemas/Month"}},
        "joined_unknown":{"type":["integer","null"],"format":"int64"},
        "followers_count":{"type":["array","null"],"items":{"$ref":"#/components/schemas/Bin"}},
        "followers_count_unknown":{"type":["integer","null"],"format":"int64"},
        "following_count":{"type":["array","null"],"items":{"$ref":"#/components/schemas/Bin"}},
        "following_count_unknown":{"type":["integer","null"],"format":"int64"},
        "follow_ratio":{"type":["array","null"],"items":{"$ref":"#/components/schemas/Bin"},
        "description":"Following to followers."},
        "follow_ratio_no_followers":{"type":["integer","null"],"format":"int64"},
        "follow_ratio_unknown":{"type":["integer","null"],"format":"int64"},
        "posts":{"type":"object","additionalProperties":false,
        "required":["total","reposts","repost_share","last_post_at","views_median","views_p90","by_day"],"properties":{
        "total":{"type":["integer","null"],"format":"int64"},
        "reposts":{"type":["integer","null"],"format":"int64"},
        "repost_share":{"type":["number","null"],"minimum":0,"maximum":1},
        "last_post_at":{"type":["string","null"],"format":"date-time"},
        "views_median":{"type":["number","null"]},
        "views_p90":{"type":["number","null"]},
        "by_day":{"type":["array","null"],"items":{"$ref":"#/components/schemas/Day"}}}},
        "actions":{"type":"object","additionalProperties":false,"required":["total","by_type","by_day"],"properties":{
        "total":{"type":["integer","null"],"format":"int64"},
        "by_type":{"type":["array","null"],"items":{"type":"object","additionalProperties":false,
        "required":["action_type","total"],"properties":{
        "action_type":{"type":["string","null"]},
        "total":{"type":"integer","format":"int64"}}}},
        "by_day":{"type":["array","null"],"items":{"$ref":"#/components/schemas/Day"}}}},
        "classified_by_day":{"type":["array","null"],"items":{"type":"object","additionalProperties":false,
        "required":["day","harmful","inactive","sane"],"properties":{
        "day":{"type":"string","format":"date"},
        "harmful":{"type":"integer","format":"int64"},
        "inactive":{"type":"integer","format":"int64"},
        "sane":{"type":"integer","format":"int64"}}}},
        "last_scrape_at":{"type":["string","null"],"format":"date-time"},
        "top":{"type":"object","additionalProperties":false,"required":["harmful_by_followers","posts_by_views"],
        "properties":{
        "harmful_by_followers":{"type":["array","null"],"maxItems":10,"items":{"$ref":"#/components/schemas/User"}},
        "posts_by_views":{"type":["array","null"],"maxItems":10,"items":{"$ref":"#/components/schemas/Post"}}}}}})"},
    Component{"Calibration", R"({"type":"object","additionalProperties":false,
        "required":["version","labels","score","signals","disagreements","suggested_weights","reason"],"properties":{
        "version":{"type":"string"},
        "labels":{"type":"object","additionalProperties":false,"required":["total","n","harmful"],"properties":{
        "total":{"type":["integer","null"],"format":"int64","minimum":0},"n":{"type":["integer","null"],"format":"int64","minimum":0},
        "harmful":{"type":["integer","null"],"format":"int64","minimum":0}}},
        "score":{"type":"object","additionalProperties":false,
        "required":["precision","recall","n","fired","auc","auc_low","auc_high"],"properties":{
        "precision":{"type":["number","null"],"minimum":0,"maximum":1},"recall":{"type":["number","null"],"minimum":0,"maximum":1},
        "n":{"type":["integer","null"],"format":"int64","minimum":0},"fired":{"type":["integer","null"],"format":"int64","minimum":0},
        "auc":{"type":["number","null"],"minimum":0,"maximum":1},"auc_low":{"type":["number","null"],"minimum":0,"maximum":1},
        "auc_high":{"type":["number","null"],"minimum":0,"maximum":1}}},
        "signals":{"type":"array","items":{"type":"object","additionalProperties":false,
        "required":["id","precision","recall","n","fired","auc","auc_low","auc_high"],"properties":{
        "id":{"type":"string"},
        "precision":{"type":["number","null"],"minimum":0,"maximum":1},"recall":{"type":["number","null"],"minimum":0,"maximum":1},
        "n":{"type":["integer","null"],"format":"int64","minimum":0},"fired":{"type":["integer","null"],"format":"int64","minimum":0},
        "auc":{"type":["number","null"],"minimum":0,"maximum":1},"auc_low":{"type":["number","null"],"minimum":0,"maximum":1},
        "auc_high":{"type":["number","null"],"minimum":0,"maximum":1}}}},
        "disagreements":{"type":["array","null"],"maxItems":20,"items":{"type":"object","additionalProperties":false,
        "required":["user","risk","harmful"],"properties":{
        "user":{"type":"object","additionalProperties":false,"required":["id","handle"],"properties":{
        "id":{"type":"integer","format":"int64"},"handle":{"type":["string","null"]}}},
        "risk":{"type":"number","minimum":0,"maximum":1},"harmful":{"type":"boolean"}}}},
        "suggested_weights":{"type":["object","null"],"additionalProperties":false,
        "required":["bias","weights","setting","log_loss","current_log_loss","auc","auc_low","auc_high"],"properties":{
        "bias":{"type":"number"},"weights":{"type":"object","additionalProperties":{"type":"number"}},
        "setting":{"type":"string","description":"The value of WDX_SIGNAL_WEIGHTS."},
        "log_loss":{"type":"number"},"current_log_loss":{"type":"number"},
        "auc":{"type":["number","null"],"minimum":0,"maximum":1},"auc_low":{"type":["number","null"],"minimum":0,"maximum":1},
        "auc_high":{"type":["number","null"],"minimum":0,"maximum":1}}},
        "reason":{"type":["string","null"],"description":"Why no weights are suggested."}}})"},
    Component{"Cohorts", R"({"type":"array","maxItems":200,"items":{"type":"object","additionalProperties":false,
        "required":["kind","key","size","expected","members","harmful","unclassified"],"properties":{
        "kind":{"type":"string","enum":["template","bio","link"]},
        "key":{"type":"string","description":"The month, a blank, and what they share."},
        "size":{"type":"integer","format":"int64","minimum":3},
        "expected":{"type":"number","description":"So many would meet by chance."},
        "members":{"type":"array","maxItems":1000,"items":{"type":"integer","format":"int64"}},
        "harmful":{"type":["integer","null"],"format":"int64","minimum":0},
        "unclassified":{"type":["integer","null"],"format":"int64","minimum":0}}}})"},
    Component{"Triage", R"({"type":"array","maxItems":200,"items":{"type":"object","additionalProperties":false,
        "required":["user","risk","reasons","gain"],"properties":{
        "user":{"$ref":"#/components/schemas/User"},
        "risk":{"type":"number","minimum":0,"maximum":1},
        "reasons":{"type":"array","minItems":1,"maxItems":6,"items":{"type":"string"}},
        "gain":{"type":"number","minimum":0,"maximum":1}}}})"},
    Component{"ReportRequest", R"({"type":"object","required":["user_ids"],"properties":{
        "user_ids":{"type":"array","minItems":1,"maxItems":100,"items":{"type":"integer","format":"int32"}}}})"},
    Component{"Report", R"({"type":"object","additionalProperties":false,"required":["sha256","report"],"properties":{
        "sha256":{"type":"string","pattern":"^[0-9a-f]{64}$","description":"Of the bytes of `report` in this answer."},
        "report":{"type":"object","additionalProperties":false,"required":["version","generated_at","generator","users"],
        "properties":{
        "version":{"type":"string"},"generated_at":{"type":"string","format":"date-time"},"generator":{"type":"string"},
        "users":{"type":"array","minItems":1,"maxItems":100,"items":{"type":"object","additionalProperties":false,
        "required":["profile","account","verdict","signals","actions","posts"],"properties":{
        "profile":{"type":"object","description":"All fields of the user."},
        "account":{"anyOf":[{"$ref":"#/components/schemas/Account"},{"type":"null"}]},
        "verdict":{"type":["object","null"],"description":"As a row of the list of verdicts."},
        "signals":{"$ref":"#/components/schemas/UserSignals"},
        "actions":{"$ref":"#/components/schemas/ReportRows"},
        "posts":{"$ref":"#/components/schemas/ReportRows"}}}}}}}})"},
    Component{"ReportRows", R"({"type":["object","null"],"additionalProperties":false,"required":["total","rows"],
        "description":"The newest; null: the core has no such table.","properties":{
        "total":{"type":"integer","format":"int64","minimum":0},
        "rows":{"type":"array","maxItems":100,"items":{"type":"object"}}}})"},
    Component{"DataQuality", R"({"type":"array","items":{"type":"object","additionalProperties":false,
        "required":["id","title","rows","examples","effect","corrected_by"],"properties":{
        "id":{"type":"string"},"title":{"type":"string"},
        "rows":{"type":["integer","null"],"format":"int64","minimum":0,
        "description":"null: this generation of the core's schema cannot tell."},
        "examples":{"type":"array","maxItems":5,"items":{"type":["integer","string"]},
        "description":"The smallest ids; those of posts are strings."},
        "effect":{"type":"string","description":"On the figures."},
        "corrected_by":{"type":["string","null"],"description":"The parameter of statistics and lists that corrects it."}}}})"},
    Component{"History", R"({"type":"array","items":{"type":"object","additionalProperties":false,
        "required":["day","users","posts","actions"],"properties":{
        "day":{"type":"string","format":"date"},
        "users":{"type":"object","additionalProperties":false,"required":["total","followers","certified","harmful","inactive","sane","unclassified"],
        "properties":{"total":{"type":["integer","null"],"format":"int64"},
        "followers":{"type":["integer","null"],"format":"int64"},
        "certified":{"type":["integer","null"],"format":"int64"},
        "harmful":{"type":["integer","null"],"format":"int64"},
        "inactive":{"type":["integer","null"],"format":"int64"},
        "sane":{"type":["integer","null"],"format":"int64"},
        "unclassified":{"type":["integer","null"],"format":"int64"}}},
        "posts":{"type":"object","additionalProperties":false,"required":["total","reposts"],
        "properties":{"total":{"type":["integer","null"],"format":"int64"},
        "reposts":{"type":["integer","null"],"format":"int64"}}},
        "actions":{"type":"object","additionalProperties":false,"required":["total"],
        "properties":{"total":{"type":["integer","null"],"format":"int64"}}}}}})"},
    Component{"Changes", R"({"type":"object","additionalProperties":false,
        "required":["since","as_of","observed_since","totals","new","gone","renamed","jumped"],"properties":{
        "since":{"type":"string","format":"date"},
        "as_of":{"type":"string","format":"date-time"},
        "observed_since":{"type":["string","null"],"format":"date","description":"Null: not yet."},
        "totals":{"type":"object","additionalProperties":false,"required":["new","gone","renamed","jumped"],
        "properties":{"new":{"type":"integer","format":"int64"},
        "gone":{"type":"integer","format":"int64"},
        "renamed":{"type":"integer","format":"int64"},
        "jumped":{"type":"integer","format":"int64"}}},
        "new":{"type":"array","maxItems":1000,"items":{"type":"object","additionalProperties":false,
        "required":["id","handle","at"],"properties":{
        "id":{"type":"integer","format":"int64"},"handle":{"type":["string","null"]},
        "at":{"type":"string","format":"date-time"}}}},
        "gone":{"type":"array","maxItems":1000,"items":{"type":"object","additionalProperties":false,
        "required":["id","handle","at"],"properties":{
        "id":{"type":"integer","format":"int64"},"handle":{"type":["string","null"]},
        "at":{"type":"string","format":"date-time"}}}},
        "renamed":{"type":"array","maxItems":1000,"items":{"type":"object","additionalProperties":false,
        "required":["id","handle","from","at"],"properties":{
        "id":{"type":"integer","format":"int64"},"handle":{"type":["string","null"]},
        "from":{"type":"string"},
        "at":{"type":"string","format":"date-time"}}}},
        "jumped":{"type":"array","maxItems":1000,"items":{"type":"object","additionalProperties":false,
        "required":["id","handle","field","from","to","at"],"properties":{
        "id":{"type":"integer","format":"int64"},"handle":{"type":["string","null"]},
        "field":{"type":"string","enum":["following_count","followers_count"]},
        "from":{"type":"integer","format":"int64"},"to":{"type":"integer","format":"int64"},
        "at":{"type":"string","format":"date-time"}}}}}})"},
    Component{"ClassificationWrite", R"({"type":"object","required":["harmful","inactive"],"properties":{
        "harmful":{"type":"boolean"},
        "inactive":{"type":"boolean"},
        "notes":{"type":["string","null"],"maxLength":10000}}})"},
    Component{"ClassificationPatch", R"({"type":"object","properties":{
        "harmful":{"type":"boolean"},
        "inactive":{"type":"boolean"},
        "notes":{"type":["string","null"],"maxLength":10000}}})"},
    Component{"BulkClassification", R"({"type":"object","required":["user_ids"],"properties":{
        "user_ids":{"type":"array","minItems":1,"maxItems":10000,"items":{"type":"integer","format":"int32"}},
        "harmful":{"type":"boolean"},
        "inactive":{"type":"boolean"},
        "notes":{"type":["string","null"],"maxLength":10000}}})"},
    Component{"Updated", R"({"type":"object","required":["updated"],"additionalProperties":false,"properties":{
        "updated":{"type":"integer","format":"int32","description":"How many users."}}})"},
    Component{"ActionWrite", R"({"type":"object","required":["action_type"],"properties":{
        "user_id":{"type":"integer","format":"int32","description":"Either this or `user_ids`."},
        "user_ids":{"type":"array","minItems":1,"maxItems":10000,"items":{"type":"integer","format":"int32"}},
        "action_type":{"type":"string","minLength":1,"maxLength":50},
        "timestamp":{"type":"string","format":"date-time","description":"When not sent: now."},
        "notes":{"type":["string","null"],"maxLength":10000}}})"},
    Component{"ActionPatch", R"({"type":"object","properties":{
        "action_type":{"type":"string","minLength":1,"maxLength":50},
        "timestamp":{"type":"string","format":"date-time"},
        "notes":{"type":["string","null"],"maxLength":10000}}})"},
    Component{"CreatedActions", R"({"anyOf":[{"$ref":"#/components/schemas/Action"},
        {"type":"array","items":{"$ref":"#/components/schemas/Action"}}]})"},
    Component{"Change", R"({"type":"object","additionalProperties":false,"required":["table","account_id","ids","at"],
        "properties":{
        "table":{"type":"string","enum":["accounts","users","posts","classification","actions"]},
        "account_id":{"type":["integer","null"],"format":"int32","description":"Null when not known."},
        "ids":{"type":["array","null"],"items":{"type":"integer","format":"int64"},"description":"Null when not known, or too many."},
        "at":{"type":["string","null"],"format":"date-time"}}})"},
    Component{"EventStream", R"({"type":"string","description":"The text of a `text/event-stream`.",
        "contentMediaType":"text/event-stream","contentSchema":{"type":"object","properties":{
        "id":{"type":"integer","format":"int64"},
        "event":{"type":"string","enum":["change","reset"]},
        "data":{"$ref":"#/components/schemas/Change"}}}})"},
    Component{"OpenApi", R"({"type":"object","description":"OpenAPI 3.1.","required":["openapi","info","paths"],
        "properties":{"openapi":{"type":"string"},"info":{"type":"object"},"paths":{"type":"object"}}})"},
    Component{"File", R"({"type":"string"})"},
    Component{"Health", R"({"type":"object","required":["status"],"additionalProperties":false,"properties":{
        "status":{"type":"string","enum":["ok","unavailable"]}}})"},
};

constexpr std::array kParameters{
    Component{
        "Limit",
        R"({"name":"limit","in":"query","description":"Rows of a page, 1 to 1,000; with it the answer is an envelope with `count`. Of CSV and NDJSON: rows of the whole answer, as many as one likes.",
        "schema":{"type":"integer","format":"int64","minimum":1}})"},
    Component{"Offset", R"({"name":"offset","in":"query","description":"How many rows to leave out at the beginning.",
        "schema":{"type":"integer","format":"int64","minimum":0}})"},
    Component{
        "PageSize",
        R"({"name":"page_size","in":"query","description":"Rows of a page of the kind that stays fast at any depth: follow `next`. Not together with `limit` or `offset`, nor with an `ordering` by a long text (`bio`, `featured_url`, `text`, `notes`, `message`).",
        "schema":{"type":"integer","minimum":1,"maximum":1000}})"},
    Component{"Cursor",
              R"({"name":"cursor","in":"query","description":"Stands in `next` and `previous`; not to be made up.",
        "schema":{"type":"string"}})"},
    Component{
        "Format",
        R"({"name":"format","in":"query","description":"Goes over `Accept`. With `csv` and `ndjson`, `limit` and `offset` cut the stream, without an envelope, and `page_size` is refused.",
        "schema":{"type":"string","enum":["json","csv","ndjson"],"default":"json"}})"},
    Component{
        "Verdict",
        R"({"name":"classification","in":"query","style":"form","explode":false,"description":"Only rows about users with any of these verdicts.",
        "schema":{"type":"array","items":{"type":"string","enum":["harmful","inactive","sane","unclassified"]}}})"},
    Component{"ReportFormat", R"({"name":"format","in":"query","description":"Goes over `Accept`.",
        "schema":{"type":"string","enum":["html","json"],"default":"html"}})"},
    Component{"TriageLimit", R"({"name":"limit","in":"query","description":"How many users.",
        "schema":{"type":"integer","minimum":1,"maximum":200,"default":20}})"},
    Component{"Corrected", R"({"name":"corrected","in":"query",
        "description":"With true: values that are known to be wrong and can be derived are replaced, and `corrected` names them. Nothing is stored.",
        "schema":{"type":"boolean","default":false}})"},
    Component{"From", R"({"name":"from","in":"query","description":"The first day.",
        "schema":{"type":"string","format":"date"}})"},
    Component{"To", R"({"name":"to","in":"query","description":"The last day.",
        "schema":{"type":"string","format":"date"}})"},
    Component{"Since", R"({"name":"since","in":"query","required":true,"description":"From that day on.",
        "schema":{"type":"string","format":"date"}})"},
    Component{
        "IfMatch",
        R"({"name":"If-Match","in":"header","description":"The `ETag` of what the client has read: 412 when it has changed meanwhile.",
        "schema":{"type":"string"}})"},
    Component{
        "IfNoneMatch",
        R"({"name":"If-None-Match","in":"header","description":"With GET, an `ETag` that the client has: 304 when it still holds. Else, 412 when it holds; `*` means any, so a PUT with it creates only.",
        "schema":{"type":"string"}})"},
    Component{
        "IdempotencyKey",
        R"({"name":"Idempotency-Key","in":"header","description":"Makes a repeated request safe: the same key gets the same answer for 24 hours, with another body 422.",
        "schema":{"type":"string","minLength":1,"maxLength":255}})"},
    Component{
        "LastEventId",
        R"({"name":"Last-Event-ID","in":"header","description":"The `id` of the last event that arrived: those after it come first.",
        "schema":{"type":"string"}})"},
};

constexpr std::array kHeaders{
    Component{
        "RequestId",
        R"({"required":true,"description":"The request's own where it is a sane token, else a new one; the log has it, too.",
        "schema":{"type":"string"}})"},
    Component{"ETag", R"({"description":"For `If-Match` and `If-None-Match`.","schema":{"type":"string"}})"},
    Component{"RetryAfter", R"({"required":true,"description":"Seconds to wait.","schema":{"type":"integer"}})"},
    Component{"WwwAuthenticate",
              R"({"required":true,"description":"`Bearer realm=\"api\"`.","schema":{"type":"string"}})"},
    Component{"ContentDisposition",
              R"({"description":"With CSV and NDJSON: the name of the file.","schema":{"type":"string"}})"},
};

constexpr std::array kRefusals{
    Refusal{.status = 400, .name = "BadRequest", .help = "What was sent is wrong.", .schema = "Errors"},
    Refusal{.status = 401, .name = "Unauthorized", .help = "No credentials, or bad ones.", .header = "WwwAuthenticate"},
    Refusal{.status = 403, .name = "Forbidden", .help = "The server's database role may not write the core's tables."},
    Refusal{.status = 404, .name = "NotFound", .help = "No such thing, or no such `format`."},
    Refusal{.status = 406, .name = "NotAcceptable", .help = "`Accept` leaves nothing to answer with."},
    Refusal{.status = 409, .name = "Conflict", .help = "The rows have changed meanwhile."},
    Refusal{.status = 412, .name = "PreconditionFailed", .help = "`If-Match` or `If-None-Match` does not hold."},
    Refusal{.status = 413, .name = "TooLarge", .help = "The body is too large."},
    Refusal{.status = 415, .name = "UnsupportedMediaType", .help = "The body is not `application/json`."},
    Refusal{.status = 422, .name = "KeyReused", .help = "The `Idempotency-Key` was used for another request."},
    Refusal{.status = 429, .name = "Throttled", .help = "Too many requests.", .header = "RetryAfter"},
    Refusal{.status = 503,
            .name = "Unavailable",
            .help = "The database is away, or the core's tables are.",
            .header = "RetryAfter"},
};

constexpr std::array kTags{
    Tag{"token", "Logging in and out."},
    Tag{"accounts", "X accounts that their owner watches."},
    Tag{"users", "X users that watchdxg-core saw."},
    Tag{"signals", "What speaks for and against them."},
    Tag{"reports", "What is known of them, to keep or to send."},
    Tag{"statistics", "How the audience of an account is made up, and how that changes."},
    Tag{"posts", "What they posted."},
    Tag{"classifications", "The verdicts on them."},
    Tag{"actions", "What was done about them."},
    Tag{"events", "What changes, as it happens."},
    Tag{"logs", "What the server did and what went wrong."},
    Tag{"sessions", "What logins have become."},
    Tag{"me", "The operator."},
    Tag{"schema", "This document."},
    Tag{"probes", "For load balancers and the like."},
};

}  // namespace

std::span<const Component> schema_components() {
    return kSchemas;
}

std::span<const Component> parameter_components() {
    return kParameters;
}

std::span<const Component> header_components() {
    return kHeaders;
}

std::span<const Refusal> refusals() {
    return kRefusals;
}

std::span<const Tag> tags() {
    return kTags;
}

}  // namespace wdx::api
