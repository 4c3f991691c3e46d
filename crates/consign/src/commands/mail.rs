//! `consign mail`: the templates of mails to buyers. A shop begins with those in the binary and keeps its own beside
//! them; one that can't be filled in is refused here, before a buyer could see it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use domain::actor::Actor;
use domain::command::Command;
use domain::mail::MailKind;
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use engine::Engine;
use engine::mail::{Template, own_template};
use store::{Page, RecordSort};

use crate::failure::{Exit, Failure};
use crate::installation::Where;
use crate::open_shop;

/// Arguments of `consign mail`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// The templates of mails
    Template(TemplateArgs),
}

#[derive(Debug, clap::Args)]
struct TemplateArgs {
    #[command(subcommand)]
    verb: TemplateVerb,
}

#[derive(Debug, clap::Subcommand)]
enum TemplateVerb {
    /// List the templates, and whether they are the shop's own
    List,
    /// Print a template as TOML, for changing it
    Show(One),
    /// Save a template of the shop's own
    Set(Set),
    /// Go back to the template in the binary, or forget one that has none there
    Reset(One),
    /// Print a mail as the template makes it from an example
    Preview(Preview),
}

#[derive(Debug, clap::Args)]
struct One {
    /// Its name: order_paid, access_granted, shipped, payment_failed, or one of the shop's own
    name: String,
}

#[derive(Debug, clap::Args)]
struct Set {
    #[command(flatten)]
    one: One,
    /// TOML with `subject`, `text` and `html`, as `show` prints it; `-` is standard input
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Preview {
    #[command(flatten)]
    one: One,
    /// The HTML instead of the text
    #[arg(long)]
    html: bool,
    /// A file instead of the template that is saved
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Lists, shows, saves, resets or previews.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    let Verb::Template(template) = &args.verb;
    open_shop::with(file, &args.at, async |open| {
        let about = Templates { engine: open.engine().await?, shop: &open.shop };
        match &template.verb {
            TemplateVerb::List => about.list(out).await?,
            TemplateVerb::Show(one) => write!(out, "{}", as_toml(&about.current(&one.name).await?)?)?,
            TemplateVerb::Set(set) => about.set(&set.one.name, &set.file, out).await?,
            TemplateVerb::Reset(one) => about.reset(&one.name, out).await?,
            TemplateVerb::Preview(wanted) => about.preview(wanted, out).await?,
        }
        Ok(())
    })
}

struct Templates<'a> {
    engine: &'a Engine,
    shop: &'a std::sync::Arc<Shop>,
}

impl Templates<'_> {
    async fn list(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let page = Page { limit: 1_000, ..Page::default() };
        let kind = RecordKind::MessageTemplate;
        let own = self.engine.store().records(self.shop.id, kind, &[], RecordSort::Id, &page).await?;
        let built_in = MailKind::ALL.map(MailKind::as_str);
        for name in built_in {
            let whose =
                if own.iter().any(|record| record.name == name) { "the shop's own" } else { "built in" };
            writeln!(out, "{name:16} {whose}")?;
        }
        for record in own.iter().filter(|record| !built_in.contains(&record.name.as_str())) {
            writeln!(out, "{:16} the shop's own", record.name)?;
        }
        Ok(())
    }

    async fn current(&self, name: &str) -> Result<Template, Failure> {
        let own = own_template(self.engine, self.shop, name).await?.map(|(_, template)| template);
        own.or_else(|| Template::built_in(name)).ok_or_else(|| {
            let told = format!("there is no template {name}; see `consign mail template list`");
            Failure::new(Exit::NotFound, told)
        })
    }

    async fn set(&self, name: &str, file: &Path, out: &mut dyn Write) -> Result<(), Failure> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let told = "a name is at most 64 of a-z, 0-9, _ and -";
            return Err(Failure::new(Exit::Usage, told));
        }
        let template = from_file(file)?;
        checked(&template)?;
        let known = own_template(self.engine, self.shop, name).await?.map(|(record, _)| record.id);
        let now = self.engine.now();
        let record = Record {
            id: match known {
                Some(id) => id,
                None => self.engine.ids().fresh().await?,
            },
            kind: RecordKind::MessageTemplate,
            parent: None,
            other: None,
            name: name.to_owned(),
            key: Some(name.to_owned()),
            archived: false,
            body: serde_json::json!(template),
            created_at: now,
            updated_at: now,
        };
        self.execute(&Command::SaveRecords(vec![record])).await?;
        writeln!(out, "Saved. `consign mail template preview {name}` shows what it makes.")?;
        Ok(())
    }

    async fn reset(&self, name: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let Some((record, _)) = own_template(self.engine, self.shop, name).await? else {
            let told = format!("the shop has no template {name} of its own");
            return Err(Failure::new(Exit::NotFound, told));
        };
        self.execute(&Command::RemoveRecords(vec![record.id])).await?;
        writeln!(out, "The shop's own template {name} is gone.")?;
        Ok(())
    }

    async fn preview(&self, wanted: &Preview, out: &mut dyn Write) -> Result<(), Failure> {
        let template = match &wanted.file {
            Some(file) => from_file(file)?,
            None => self.current(&wanted.one.name).await?,
        };
        let letter = checked(&template)?;
        if wanted.html {
            writeln!(out, "{}", letter.html)?;
        } else {
            writeln!(out, "Subject: {}\n\n{}", letter.subject, letter.text)?;
        }
        Ok(())
    }

    async fn execute(&self, command: &Command) -> Result<(), Failure> {
        let verdict = self.engine.execute(self.shop, &Actor::System, command).await?;
        let refused = |_| {
            Failure::new(Exit::Refused, "somebody else saved a template of that name just now; try again")
        };
        verdict.map(drop).map_err(refused)
    }
}

fn checked(template: &Template) -> Result<engine::mail::Letter, Failure> {
    template
        .preview()
        .map_err(|broken| Failure::new(Exit::Refused, format!("the template can't be filled in; {broken}")))
}

fn as_toml(template: &Template) -> Result<String, Failure> {
    toml::to_string_pretty(template)
        .map_err(|error| Failure::new(Exit::Error, format!("the template can't be written as TOML: {error}")))
}

fn from_file(path: &Path) -> Result<Template, Failure> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().read_to_string(&mut text).map(drop),
        _ => std::fs::read_to_string(path).map(|read| text = read),
    };
    read.map_err(|error| Failure::new(Exit::Usage, format!("cannot read {}: {error}", path.display())))?;
    toml::from_str(&text).map_err(|error| Failure::new(Exit::Usage, format!("{}: {error}", path.display())))
}
