//! The real server is killed while it asks a gateway for money, and the gateway's answers get lost: nobody is charged
//! twice, and no payment is forgotten. The gateway is localstripe, in a process of its own, with books of its own; a line
//! to it holds requests or answers back at the moment at which the server dies. Invoices are charged like that, and money
//! that was set aside is taken as units leave: all at once by localstripe, line by line by a gateway that does so.
//!
//! `CONSIGN_KILLS` says how many orders of each kind it is killed for.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod running;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use store::Store;
use store::db::{Options, Statement};
use testkit::books::{Account, Books};
use testkit::chance::{Chance, setting};
use testkit::stripe::{KEY, LocalStripe};

use running::billing::{Shop, invoice_becomes};
use running::charging::{ENGINES, leave, order_becomes, set_aside};
use running::{Running, run, said};

/// Where the next request that moves money is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Nowhere.
    Nowhere,
    /// The gateway never hears of it.
    Before,
    /// The gateway does it, and its answer never comes.
    Answer,
    /// The answer comes, and the server dies when it has had it for so many microseconds.
    After(u64),
}

/// A line to the gateway, which tells when it cut.
struct Line {
    url: String,
    next: Arc<Mutex<Cut>>,
    cuts: Receiver<Cut>,
}

impl Line {
    fn to(gateway: SocketAddr) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let next = Arc::new(Mutex::new(Cut::Nowhere));
        let (tell, cuts) = channel();
        let shared = next.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (next, tell) = (shared.clone(), tell.clone());
                // Whoever is killed hangs up in the middle.
                std::thread::spawn(move || {
                    let _ = carry(client, gateway, &next, &tell);
                });
            }
        });
        Line { url, next, cuts }
    }

    /// The next request that moves money is cut off there.
    fn cut(&self, cut: Cut) {
        *self.next.lock().unwrap() = cut;
    }

    /// Waits until it was.
    fn was_cut(&self) {
        self.cuts.recv_timeout(Duration::from_secs(20)).expect("nobody asked the gateway");
    }
}

fn carry(
    mut client: TcpStream,
    gateway: SocketAddr,
    next: &Mutex<Cut>,
    tell: &Sender<Cut>,
) -> std::io::Result<()> {
    let request = one_request(&mut client)?;
    let moves = request.starts_with(b"POST /v1/payment_intents");
    let cut = if moves { std::mem::replace(&mut *next.lock().unwrap(), Cut::Nowhere) } else { Cut::Nowhere };
    // The test may have ended.
    let told = |cut| {
        let _ = tell.send(cut);
    };
    if cut == Cut::Before {
        told(cut);
        return hold(client);
    }
    let mut server = TcpStream::connect(gateway)?;
    server.write_all(&request)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    if cut == Cut::Answer {
        told(cut);
        return hold(client);
    }
    client.write_all(&answer)?;
    if let Cut::After(micros) = cut {
        std::thread::sleep(Duration::from_micros(micros));
        told(cut);
    }
    Ok(())
}

/// Says nothing until the other side is gone.
fn hold(mut client: TcpStream) -> std::io::Result<()> {
    let mut nothing = [0; 1];
    client.read(&mut nothing).map(drop)
}

/// One request, made to ask for the connection to be closed.
fn one_request(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let (mut read, mut some) = (Vec::new(), [0; 4096]);
    loop {
        let head = read.windows(4).position(|end| end == b"\r\n\r\n").map(|end| end + 4);
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&read[..head]).to_lowercase();
            let length =
                text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if read.len() >= head + length.unwrap_or(0_usize) {
                break;
            }
        }
        match client.read(&mut some)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            many => read.extend_from_slice(&some[..many]),
        }
    }
    let line = read.windows(2).position(|end| end == b"\r\n").unwrap_or(0) + 2;
    read.splice(line..line, b"Connection: close\r\n".iter().copied());
    Ok(read)
}

/// The lease of whoever died has run out: two minutes that nobody wants to wait for.
async fn time_passes(data: &Path) {
    let store =
        Store::open(&data.join("consign.db").display().to_string(), Options::default()).await.unwrap();
    let sql = "UPDATE orders SET asking_until = 1 WHERE shop_id = 1 AND asking_until IS NOT NULL";
    store.db().write(vec![Statement::new(sql, vec![]).any()]).await.unwrap();
    store.db().close().await;
}

/// How often money was taken for an order, and how much, in the gateway's own books.
async fn taken(stripe: &LocalStripe, order: i64) -> (usize, i64) {
    let books = stripe.ask("/v1/payment_intents?limit=100", "").await;
    let name = order.to_string();
    let of_order = books["data"].as_array().unwrap().iter().filter(|intent| {
        intent["metadata"]["consign_order"] == name.as_str() && intent["status"] == "succeeded"
    });
    let (mut times, mut amount) = (0, 0);
    for intent in of_order {
        let cents = |name: &str| intent["latest_charge"][name].as_i64().unwrap();
        (times, amount) = (times + 1, amount + cents("amount") - cents("amount_refunded"));
    }
    (times, amount)
}

/// The server dies at every cut, once that was reached, and is started again.
async fn dies(mut server: Running, data: &Path, line: &Line, cuts: &[Cut]) -> Running {
    for next in (1..=cuts.len()).map(|next| cuts.get(next).copied().unwrap_or(Cut::Nowhere)) {
        line.was_cut();
        // SIGKILL: nothing is finished, nothing is written down.
        drop(server);
        time_passes(data).await;
        line.cut(next);
        server = Running::dev(data, &["--empty"]);
    }
    server
}

/// Where it is cut off in that round.
fn cuts_of(round: u64, chance: &mut Chance) -> Vec<Cut> {
    match round % 4 {
        0 => vec![Cut::Answer],
        1 => vec![Cut::Before],
        2 => vec![Cut::After(chance.within(0..4_000) as u64)],
        // It dies twice for the same payment.
        _ => vec![Cut::Before, Cut::Answer],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_at_the_gateway_charges_nobody_twice() {
    let stripe = LocalStripe::start().await;
    let card = stripe.instrument("4242424242424242").await;
    let line = Line::to(stripe.address());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let mut server = Running::dev(data, &["--empty"]);
    said(&run(data, &["gateway", "add", "stripe", "--key", KEY, "--url", &line.url]));
    let shop = Shop::furnish(&server);
    let mut chance = Chance(setting("CONSIGN_KILLS_SEED", 1));
    let (mut orders, mut kills) = (Vec::new(), 0);
    for round in 0..setting("CONSIGN_KILLS", 4) {
        let cuts = cuts_of(round, &mut chance);
        line.cut(cuts[0]);
        let order = shop.order(&server, "stripe", &card);
        server = dies(server, data, &line, &cuts).await;
        kills += cuts.len();
        assert_eq!(invoice_becomes(&server, order, "paid"), "paid", "{cuts:?}: it was lost");
        assert_eq!(taken(&stripe, order).await, (1, 2_000), "{cuts:?}: charged so often, and so much");
        orders.push(order);
    }
    // Money that was set aside is taken as the order leaves.
    for round in 0..setting("CONSIGN_KILLS", 4) {
        let order = set_aside(&server, ("stripe", &card), &[ENGINES]);
        let cuts = cuts_of(round, &mut chance);
        line.cut(cuts[0]);
        leave(&server, &order, &[(2, 0)]);
        server = dies(server, data, &line, &cuts).await;
        kills += cuts.len();
        let id: i64 = order["id"].as_str().unwrap().parse().unwrap();
        let now = order_becomes(&server, id, "complete");
        assert_eq!((&now["state"], &now["capturedAmount"]), (&json!("complete"), &json!(20.0)), "{cuts:?}");
        assert_eq!(taken(&stripe, id).await, (1, 2_000), "{cuts:?}: captured so often, and so much");
        orders.push(id);
    }
    let calm = shop.order(&server, "stripe", &card);
    assert_eq!(invoice_becomes(&server, calm, "paid"), "paid");
    for order in &orders {
        assert_eq!(taken(&stripe, *order).await, (1, 2_000), "later, still once");
    }
    assert_eq!(server.stop().0, Some(0));
    assert!(said(&run(data, &["doctor"])).contains("all consistent"));
    println!("killed {kills} times at the gateway, {} orders paid once each", orders.len() + 1);
}

/// Lines leave one after the other, and the server dies while it takes the share of one: each share is taken once, and
/// what was given up is let go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shares_of_lines_are_taken_once_each_whenever_it_is_killed() {
    let books = Books::open().await;
    let line = Line::to(books.address());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let mut server = Running::dev(data, &["--empty"]);
    said(&run(data, &["gateway", "add", "stripe", "--key", KEY, "--url", &line.url]));
    let mut chance = Chance(setting("CONSIGN_KILLS_SEED", 1));
    let (mut orders, mut kills) = (Vec::new(), 0);
    for round in 0..setting("CONSIGN_KILLS", 4) {
        let order = set_aside(&server, ("stripe", "pm_card"), &[ENGINES, (3, 5.27)]);
        let id: i64 = order["id"].as_str().unwrap().parse().unwrap();
        // One unit of each leaves; then all but one, which is given up.
        for units in [[(1, 0), (1, 0)], [(1, 0), (1, 1)]] {
            let cuts = cuts_of(round, &mut chance);
            line.cut(cuts[0]);
            leave(&server, &order, &units);
            server = dies(server, data, &line, &cuts).await;
            kills += cuts.len();
        }
        let now = order_becomes(&server, id, "complete");
        let money = [&now["state"], &now["capturedAmount"], &now["cancelledAmount"]];
        assert_eq!(money, [&json!("complete"), &json!(30.54), &json!(5.27)], "round {round}");
        orders.push(id);
    }
    for order in &orders {
        let [Account { mut taken, closed }] = books.of_order(*order).try_into().unwrap();
        taken.sort_unstable();
        assert_eq!((taken, closed), (vec![527, 527, 1_000, 1_000], true));
    }
    assert_eq!(server.stop().0, Some(0));
    assert!(said(&run(data, &["doctor"])).contains("all consistent"));
    println!("killed {kills} times between the captures of {} orders", orders.len());
}
