//! The checks of graphql-cop, a tool that looks for holes in GraphQL servers: what it sends, and what it gets here.
//!
//! Two of them it would report, on purpose. Introspection is open to everybody with a key, as it is at the original;
//! without a key nothing is. And aliases may be used up to 250 times, since programs write many things at once that
//! way; what they cost is counted instead.

use reqwest::{Method, StatusCode};
use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world;

const VERSION: &str = "2026-07";

async fn served() -> Served {
    Served::empty(world::shop(), &[]).await
}

async fn ask(served: &Served, document: &str) -> Value {
    let (status, body) = served.ask(VERSION, document, &Value::Null).await;
    assert_eq!(status, 200, "{body}");
    body
}

fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn alias_overloading() {
    let served = served().await;
    let aliases = |count: usize| -> String { (0..count).map(|i| format!("a{i}: __typename ")).collect() };
    let body = ask(&served, &format!("{{ {} }}", aliases(250))).await;
    assert_eq!(body["data"].as_object().unwrap().len(), 250);
    let body = ask(&served, &format!("{{ {} }}", aliases(251))).await;
    assert_eq!((code(&body), body.get("data")), ("QUERY_TOO_LARGE", None));
    // What each of them does is paid for.
    let shops: String = (0..1_001).map(|i| format!("a{i}: __typename s{i}: shop {{ id }} ")).collect();
    assert_eq!(code(&ask(&served, &format!("{{ {shops} }}")).await), "QUERY_TOO_LARGE");
}

#[tokio::test]
async fn null_characters_are_refused_before_a_database_has_to() {
    let served = served().await;
    let note = "mutation($n: String) { orderUpdate(input: { id: \"gid://shopify/Order/1\", note: $n }) { userErrors { message } } }";
    let inline = "{ orders(first: 1, query: \"name:a\\u0000b\") { nodes { id } } }";
    for body in [json!({ "query": note, "variables": { "n": "a\u{0}b" } }), json!({ "query": inline })] {
        let response = served.send(VERSION, body.to_string()).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{body}");
    }
    let rest = format!("{}/admin/api/{VERSION}/orders.json?name=%00", served.url);
    let asked = served.client.get(rest).header("X-Shopify-Access-Token", &served.token).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn batches() {
    let served = served().await;
    let one = json!({ "query": "{ __typename }" });
    for batch in [json!(vec![one; 10]), json!(["{ __typename }", {}, null]), json!([])] {
        let response = served.send(VERSION, batch.to_string()).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{batch}");
        assert!(!response.text().await.unwrap().contains("QueryRoot"), "{batch}");
    }
}

#[tokio::test]
async fn circles_of_introspection() {
    let served = served().await;
    let query = "{ __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }";
    let body = ask(&served, query).await;
    assert_eq!((code(&body), body.get("data")), ("QUERY_TOO_LARGE", None));
}

#[tokio::test]
async fn circles_of_fragments() {
    let served = served().await;
    let body =
        ask(&served, "query { ...A } fragment A on QueryRoot { ...B } fragment B on QueryRoot { ...A }")
            .await;
    assert_eq!((code(&body), body.get("data")), ("infiniteLoop", None));
}

#[tokio::test]
async fn directive_overloading() {
    let served = served().await;
    let ten = ask(&served, "query { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }").await;
    let codes =
        ten["errors"].as_array().unwrap().iter().map(|error| error["extensions"]["code"].as_str().unwrap());
    let expected = ["directiveNotUniqueForLocation", "undefinedDirective"];
    assert_eq!(codes.collect::<Vec<_>>(), expected, "not an error for each");
    let many = ask(&served, &format!("query {{ __typename {} }}", "@skip(if: false) ".repeat(5_000))).await;
    assert_eq!(code(&many), "QUERY_TOO_LARGE");
}

#[tokio::test]
async fn field_duplication() {
    let served = served().await;
    let times = |count: usize| format!("query {{ {} }}", "__typename \n".repeat(count));
    let body = ask(&served, &times(500)).await;
    assert_eq!(
        body["data"],
        json!({ "__typename": "QueryRoot" }),
        "answered once, however often it is asked for"
    );
    assert_eq!(code(&ask(&served, &times(10_001)).await), "QUERY_TOO_LARGE");
}

#[tokio::test]
async fn suggestions_of_fields() {
    let served = served().await;
    for document in
        ["{ __schema { directive } }", "{ ordrs(first: 1) { nodes { id } } }", "{ shop { nmae } }"]
    {
        let body = ask(&served, document).await;
        assert_eq!(code(&body), "undefinedField", "{document}");
        assert!(!body.to_string().to_lowercase().contains("did you mean"), "{body}");
    }
}

#[tokio::test]
async fn queries_and_mutations_by_get() {
    let served = served().await;
    for document in ["query%20cop%7B__typename%7D", "mutation%20cop%7B__typename%7D"] {
        let request = served.client.get(format!("{}?query={document}", served.endpoint(VERSION)));
        let response = request.header("X-Shopify-Access-Token", &served.token).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(!response.text().await.unwrap().contains("cop"));
    }
}

#[tokio::test]
async fn forms_of_other_sites() {
    let served = served().await;
    let form = |kind: &'static str, body: &'static str| {
        let request = served.client.post(served.endpoint(VERSION)).header("Content-Type", kind).body(body);
        request.header("X-Shopify-Access-Token", &served.token).send()
    };
    let forms = [
        ("application/x-www-form-urlencoded", "query=%7B%20__typename%20%7D"),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\n{ __typename }\r\n--x--",
        ),
        ("text/plain", "{ __typename }"),
    ];
    for (kind, body) in forms {
        assert_eq!(form(kind, body).await.unwrap().status(), StatusCode::BAD_REQUEST, "{kind}");
    }
    // A page of another site can't send the header of the key unless the server allows it to, which it doesn't.
    let preflight = served.client.request(Method::OPTIONS, served.endpoint(VERSION));
    let preflight =
        preflight.header("Origin", "http://evil.example").header("Access-Control-Request-Method", "POST");
    let response = preflight.send().await.unwrap();
    assert!(!response.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn consoles_for_everybody() {
    let served = served().await;
    let places =
        ["graphiql", "graphql", "playground", "console", "altair", "explorer", "graphql/console", ""];
    for place in places {
        let response = served.client.get(format!("{}/{place}", served.url)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{place}");
    }
}

#[tokio::test]
async fn introspection_needs_a_key() {
    let served = served().await;
    let query = "query { __schema { types { name } } }";
    let body = json!({ "query": query }).to_string();
    for token in [None, Some("shpat_wrong")] {
        let mut request = served.client.post(served.endpoint(VERSION)).body(body.clone());
        if let Some(token) = token {
            request = request.header("X-Shopify-Access-Token", token);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(!response.text().await.unwrap().contains("QueryRoot"));
    }
    assert!(ask(&served, query).await["data"]["__schema"]["types"].as_array().unwrap().len() > 25);
}

#[tokio::test]
async fn traces() {
    let served = served().await;
    let request = served.client.post(served.endpoint(VERSION)).header("X-Apollo-Tracing", "1");
    let request = request.header("X-Shopify-Access-Token", &served.token);
    let body = json!({ "query": "query cop { __typename }" }).to_string();
    let text = request.body(body).send().await.unwrap().text().await.unwrap().to_lowercase();
    for word in ["tracing", "stacktrace", "exception", "resolvers"] {
        assert!(!text.contains(word), "{text}");
    }
}

#[tokio::test]
async fn errors_that_tell_too_much() {
    let served = served().await;
    for document in
        ["qwerty cop { abc }", "{", "query($x: Nothing!) { shop { id } }", "mutation { orderCancel }"]
    {
        let body = ask(&served, document).await;
        assert!(body["errors"][0]["message"].is_string() && body.get("data").is_none(), "{body}");
        let text = body.to_string().to_lowercase();
        for word in ["exception", "panicked", ".rs", "sqlite", "backtrace"] {
            assert!(!text.contains(word), "{document}: {text}");
        }
    }
}
