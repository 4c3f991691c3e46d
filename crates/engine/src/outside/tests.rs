//! Calls to a hand-made server on loopback, which does what real ones only do on bad days.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::dns::{Name, Resolving};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::address::AddressKind;
use super::*;

/// What the server does after it has read a request.
#[derive(Clone, Copy)]
enum Behaviour {
    Say(&'static str),
    SayNothing,
    HangUp,
    /// A status and the beginning of a body, and then nothing.
    Stall,
    Huge,
}

struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn start(behaviour: Behaviour) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, behaviour, Arc::clone(&counter)));
            }
        });
        Server { address, requests }
    }

    fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }
}

async fn serve(mut stream: TcpStream, behaviour: Behaviour, counter: Arc<AtomicUsize>) {
    let mut request = Vec::new();
    // All test bodies are `{}`, so that the request is complete when it ends in it.
    while !request.ends_with(b"\r\n\r\n{}") {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    counter.fetch_add(1, Ordering::SeqCst);
    let text = String::from_utf8_lossy(&request);
    match behaviour {
        Behaviour::Say(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
        Behaviour::SayNothing => tokio::time::sleep(Duration::from_secs(60)).await,
        Behaviour::HangUp => assert!(text.starts_with("POST /hook HTTP/1.1\r\n"), "{text}"),
        Behaviour::Stall => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc").await.unwrap();
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        Behaviour::Huge => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n").await.unwrap();
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        }
    }
}

fn dev() -> Policy {
    Policy {
        allow_private: AllowPrivate::Loopback,
        allow_http: AllowHttp::Loopback,
        connect_timeout: Duration::from_millis(400),
        total_timeout: Duration::from_millis(800),
        max_response_bytes: 1000,
    }
}

fn post(url: impl Into<String>) -> Call {
    Call {
        method: Method::POST,
        url: url.into(),
        headers: vec![("content-type".into(), "application/json".into())],
        body: Bytes::from_static(b"{}"),
        on_202: On202::Accepted,
    }
}

async fn call(url: String) -> Answer {
    Outside::new(dev()).unwrap().call(post(url)).await
}

async fn answer_of(behaviour: Behaviour) -> Answer {
    call(Server::start(behaviour).await.url()).await
}

/// A name server that says what the test wants.
struct Says(&'static [&'static str]);

impl Resolve for Says {
    fn resolve(&self, _: Name) -> Resolving {
        let said: Vec<SocketAddr> = self.0.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
        Box::pin(async move { Ok(Box::new(said.into_iter()) as reqwest::dns::Addrs) })
    }
}

#[tokio::test]
async fn a_2xx_is_accepted_with_its_body() {
    let answer = answer_of(Behaviour::Say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")).await;
    let Answer::Accepted(reply) = answer else { panic!("{answer:?}") };
    assert_eq!((reply.status, &*reply.body, reply.body_end), (200, &b"ok"[..], BodyEnd::Complete));
    assert!(reply.latency_ms < 800);
}

#[tokio::test]
async fn any_other_status_is_rejected() {
    let answer = answer_of(Behaviour::Say("HTTP/1.1 500 Oops\r\ncontent-length: 4\r\n\r\nsigh")).await;
    assert!(matches!(answer, Answer::Rejected(Reply { status: 500, .. })), "{answer:?}");
}

#[tokio::test]
async fn a_202_means_what_the_caller_says() {
    let server = Server::start(Behaviour::Say("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")).await;
    let outside = Outside::new(dev()).unwrap();
    assert!(matches!(outside.call(post(server.url())).await, Answer::Accepted(_)));
    let waiting = Call { on_202: On202::Pending, ..post(server.url()) };
    assert!(matches!(outside.call(waiting).await, Answer::Pending(_)));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let server =
        Server::start(Behaviour::Say("HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n"))
            .await;
    let answer = call(server.url()).await;
    assert!(matches!(answer, Answer::Rejected(Reply { status: 302, .. })), "{answer:?}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn silence_is_unknown() {
    let answer = answer_of(Behaviour::SayNothing).await;
    let Answer::Unknown { lost: Lost::TimedOut, latency_ms } = answer else { panic!("{answer:?}") };
    assert!((700..5000).contains(&latency_ms), "{latency_ms}");
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_is_unknown_and_not_repeated() {
    let server = Server::start(Behaviour::HangUp).await;
    let answer = call(server.url()).await;
    assert!(matches!(answer, Answer::Unknown { lost: Lost::Broken(_), .. }), "{answer:?}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
    let nonsense = answer_of(Behaviour::Say("SSH-2.0-OpenSSH\r\n")).await;
    assert!(matches!(nonsense, Answer::Unknown { lost: Lost::Broken(_), .. }), "{nonsense:?}");
}

#[tokio::test]
async fn a_body_that_stalls_does_not_take_its_status_back() {
    let answer = answer_of(Behaviour::Stall).await;
    let Answer::Accepted(reply) = answer else { panic!("{answer:?}") };
    assert_eq!((&*reply.body, reply.body_end), (&b"abc"[..], BodyEnd::Lost));
}

#[tokio::test]
async fn a_huge_body_is_cut() {
    let answer = answer_of(Behaviour::Huge).await;
    let Answer::Accepted(reply) = answer else { panic!("{answer:?}") };
    assert_eq!((reply.body.len(), reply.body_end), (1000, BodyEnd::Cut));
}

#[tokio::test]
async fn a_refused_connection_was_never_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let answer = call(format!("http://{address}/")).await;
    let Answer::NeverSent { obstacle: Obstacle::Connection(why), .. } = answer else { panic!("{answer:?}") };
    assert!(why.contains("refused"), "{why}");
}

#[tokio::test]
async fn a_header_that_http_cannot_carry_was_never_sent() {
    let server = Server::start(Behaviour::HangUp).await;
    let headers = vec![("x-shop".into(), "a\r\nx-evil: 1".into())];
    let answer = Outside::new(dev()).unwrap().call(Call { headers, ..post(server.url()) }).await;
    assert!(matches!(answer, Answer::NeverSent { obstacle: Obstacle::Request(_), .. }), "{answer:?}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn localhost_is_reached_by_name_where_it_is_allowed() {
    let server = Server::start(Behaviour::Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).await;
    // Whatever the name server says about it.
    let outside = Outside::with_resolver(dev(), Arc::new(Says(&["10.0.0.1"]))).unwrap();
    for host in ["localhost", "shop.localhost"] {
        let answer = outside.call(post(format!("http://{host}:{}/hook", server.address.port()))).await;
        assert!(matches!(answer, Answer::Accepted(_)), "{answer:?}");
    }
}

#[tokio::test]
async fn a_private_address_is_refused_without_a_connection() {
    let server = Server::start(Behaviour::HangUp).await;
    let outside = Outside::new(Policy { allow_private: AllowPrivate::None, ..dev() }).unwrap();
    let refused = UrlRefusal::Address(server.address.ip(), AddressKind::Loopback);
    assert_eq!(outside.check_url(&server.url()), Err(refused.clone()));
    let answer = outside.call(post(server.url())).await;
    assert!(matches!(answer, Answer::NeverSent { obstacle: Obstacle::Url(why), .. } if why == refused));
    assert_eq!(server.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_even_if_it_leads_outside_too() {
    let policy = Policy { allow_http: AllowHttp::Everywhere, allow_private: AllowPrivate::None, ..dev() };
    let server = Server::start(Behaviour::HangUp).await;
    let url = format!("http://rebind.example:{}/hook", server.address.port());
    for said in [&["127.0.0.1"][..], &["8.8.8.8", "127.0.0.1"], &["::ffff:127.0.0.1"]] {
        let outside = Outside::with_resolver(policy.clone(), Arc::new(Says(said))).unwrap();
        assert_eq!(outside.check_url(&url), Ok(()));
        let answer = outside.call(post(url.clone())).await;
        let Answer::NeverSent { obstacle: Obstacle::Address(refused), .. } = answer else {
            panic!("{answer:?}")
        };
        assert_eq!((refused.host.as_str(), refused.kind), ("rebind.example", AddressKind::Loopback));
    }
    assert_eq!(server.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_checked_address_is_the_one_that_is_called() {
    let server = Server::start(Behaviour::Say("HTTP/1.1 204 No Content\r\n\r\n")).await;
    let policy = Policy { allow_http: AllowHttp::Everywhere, ..dev() };
    let outside = Outside::with_resolver(policy, Arc::new(Says(&["127.0.0.1"]))).unwrap();
    let answer = outside.call(post(format!("http://shop.example:{}/hook", server.address.port()))).await;
    assert!(matches!(answer, Answer::Accepted(Reply { status: 204, .. })), "{answer:?}");
}

#[tokio::test]
async fn a_name_without_addresses_was_never_sent() {
    let policy = Policy { allow_http: AllowHttp::Everywhere, ..dev() };
    let outside = Outside::with_resolver(policy, Arc::new(Says(&[]))).unwrap();
    let answer = outside.call(post("http://nowhere.example/")).await;
    assert!(matches!(answer, Answer::NeverSent { obstacle: Obstacle::Name(_), .. }), "{answer:?}");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_gets_nothing() {
    let server = Server::start(Behaviour::HangUp).await;
    let answer = call(server.url().replace("http:", "https:")).await;
    assert!(matches!(answer, Answer::NeverSent { obstacle: Obstacle::Connection(_), .. }), "{answer:?}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 0);
}
