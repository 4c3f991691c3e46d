//! Contacts: how they are found, listed, written and audited.

use domain::contact::{Contact, ContactKey, email_key};
use domain::id::{ContactId, ShopId};

use crate::Store;
use crate::body;
use crate::db::{Error, Query, Row, Statement, Value};
use crate::lists::{Condition, Page, tail};
use crate::load::{bodies, by_ids};

/// What a list of contacts is sorted by; the id decides between equals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ContactSort {
    /// The id alone.
    #[default]
    Id,
    /// When it last changed.
    UpdatedAt,
}

/// A row of a list of contacts: the contact, and the sort key that a cursor needs.
pub type ContactRow = (Contact, i64);

pub(crate) const INSERT: &str = "INSERT INTO contacts (shop_id, contact_id, version, email, phone, created_at, \
     updated_at, active, somebody, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
pub(crate) const UPDATE: &str = "UPDATE contacts SET version = $3, email = $4, phone = $5, created_at = $6, \
     updated_at = $7, active = $8, somebody = $9, body = $10 WHERE shop_id = $1 AND contact_id = $2 AND version = $3 - 1";
const DELETE: &str = "DELETE FROM contacts WHERE shop_id = $1 AND contact_id = $2";
const AFTER: &str = "SELECT contact_id, body, version, email, phone, created_at, updated_at, active, somebody FROM contacts \
     WHERE shop_id = $1 AND contact_id > $2 ORDER BY contact_id LIMIT 500";

/// What lists and filters need to know of a contact, after its id.
fn columns(contact: &Contact) -> Vec<Value> {
    vec![
        contact.version.into(),
        contact.email.as_deref().map(email_key).into(),
        contact.phone.clone().into(),
        contact.created_at.0.into(),
        contact.updated_at.0.into(),
        contact.is_active().into(),
        contact.is_somebody().into(),
    ]
}

/// Statements that write the labels of a contact, if they changed.
pub(crate) fn tagged(shop: ShopId, before: Option<&Contact>, contact: &Contact, out: &mut Vec<Statement>) {
    let (known, now) = (before.map(tags).unwrap_or_default(), tags(contact));
    if known == now {
        return;
    }
    let of = |id: ContactId| vec![shop.0.into(), id.0.into()];
    out.push(Statement::new(UNTAG, of(contact.id)).any());
    out.extend(now.into_iter().map(|tag| {
        let sql = "INSERT INTO tags_of_contacts (shop_id, contact_id, tag) VALUES ($1, $2, $3)";
        let mut values: Vec<Value> = of(contact.id);
        values.push(tag.into());
        Statement::new(sql, values)
    }));
}

const UNTAG: &str = "DELETE FROM tags_of_contacts WHERE shop_id = $1 AND contact_id = $2";

/// Statements that write the columns and labels of a contact anew, if it is as it was read.
pub(crate) fn anew(shop: ShopId, contact: &Contact, out: &mut Vec<Statement>) {
    let mut params: Vec<Value> = vec![shop.0.into(), contact.id.0.into()];
    params.extend(columns(contact));
    out.push(Statement::new(COLUMNS_ANEW, params));
    let nobody = Contact { tags: Vec::new(), ..contact.clone() };
    out.push(Statement::new(UNTAG, vec![shop.0.into(), contact.id.0.into()]).any());
    tagged(shop, Some(&nobody), contact, out);
}

const COLUMNS_ANEW: &str = "UPDATE contacts SET email = $4, phone = $5, created_at = $6, updated_at = $7, active = $8, \
     somebody = $9 WHERE shop_id = $1 AND contact_id = $2 AND version = $3";

/// Its labels as they are looked up.
fn tags(contact: &Contact) -> Vec<String> {
    let mut tags: Vec<String> = contact.tags.iter().map(|tag| tag.to_lowercase()).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// Writes a contact with [`INSERT`] or [`UPDATE`]; gives its body too.
pub(crate) fn written(
    shop: ShopId,
    sql: &'static str,
    contact: &Contact,
) -> Result<(Statement, String), Error> {
    let text = body::write(contact)?;
    let mut params: Vec<Value> = vec![shop.0.into(), contact.id.0.into()];
    params.extend(columns(contact));
    params.push(text.as_str().into());
    Ok((Statement::new(sql, params), text))
}

pub(crate) fn deleted(shop: ShopId, id: ContactId) -> [Statement; 2] {
    let key = || vec![shop.0.into(), id.0.into()];
    [Statement::new(DELETE, key()), Statement::new(UNTAG, key()).any()]
}

/// A query for the contacts that a key means.
pub(crate) fn meant_by(shop: ShopId, key: &ContactKey) -> Query {
    let (column, value): (&str, Value) = match key {
        ContactKey::Id(id) => ("contact_id", id.0.into()),
        ContactKey::Email(email) => ("email", email_key(email).into()),
        ContactKey::Phone(phone) => ("phone", phone.as_str().into()),
    };
    let sql =
        format!("SELECT body FROM contacts WHERE shop_id = $1 AND {column} = $2 ORDER BY contact_id LIMIT 1");
    Query::new(sql, vec![shop.0.into(), value])
}

/// A query for the orders of a contact, and for those of nobody in particular that have its e-mail address.
pub(crate) fn bought_by(shop: ShopId, contact: ContactId) -> Query {
    let sql = "SELECT order_id, version, body FROM orders WHERE shop_id = $1 AND (contact_id = $2 \
               OR contact_id IS NULL AND lower(email) = (SELECT email FROM contacts \
               WHERE shop_id = $1 AND contact_id = $2))";
    Query::new(sql, vec![shop.0.into(), contact.0.into()])
}

pub(crate) fn contacts_query(
    shop: ShopId,
    conditions: &[Condition],
    sort: ContactSort,
    page: &Page,
) -> Query {
    let key = match sort {
        ContactSort::Id => "contact_id",
        ContactSort::UpdatedAt => "updated_at",
    };
    let tail = tail(shop, "c", conditions, key, "contact_id", page);
    Query::new(
        format!("SELECT c.body, c.{key} FROM contacts c WHERE c.shop_id = $1{}", tail.sql),
        tail.values,
    )
}

impl Store {
    /// Contacts by id; those that aren't there are left out.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`]; so for every function here.
    pub async fn contacts_by_id(&self, shop: ShopId, ids: &[ContactId]) -> Result<Vec<Contact>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let query = by_ids(shop, "SELECT body FROM contacts", "contact_id", &ids);
        bodies(&self.db.read(vec![query]).await?.pop().unwrap_or_default())
    }

    /// The contact that a key means; of several the oldest.
    pub async fn contact(&self, shop: ShopId, key: &ContactKey) -> Result<Option<Contact>, Error> {
        let rows = self.db.read(vec![meant_by(shop, key)]).await?.pop().unwrap_or_default();
        Ok(bodies(&rows)?.pop())
    }

    /// A page of contacts. Conditions may name the columns `ContactId`, `Email` (in lower case), `Active`,
    /// `Somebody` and `UpdatedAt`, and labels.
    pub async fn contacts(
        &self,
        shop: ShopId,
        conditions: &[Condition],
        sort: ContactSort,
        page: &Page,
    ) -> Result<Vec<ContactRow>, Error> {
        let rows =
            self.db.read(vec![contacts_query(shop, conditions, sort, page)]).await?.pop().unwrap_or_default();
        rows.iter().map(|row| Ok((body::read(row.text(0)?)?, row.int(1)?))).collect()
    }

    /// What the columns of contacts say that their bodies don't: (contact, what is wrong).
    pub(crate) async fn audit_contacts(&self, shop: ShopId) -> Result<Vec<(ContactId, &'static str)>, Error> {
        let mut wrong = Vec::new();
        let mut last = 0;
        loop {
            let after = Query::new(AFTER, vec![shop.0.into(), last.into()]);
            let rows = self.db.read(vec![after]).await?.pop().unwrap_or_default();
            let Some(end) = rows.last() else { return Ok(wrong) };
            last = end.int(0)?;
            for row in &rows {
                let contact: Contact = body::read(row.text(1)?)?;
                let Row(values) = row;
                if contact.id.0 != row.int(0)? || values.get(2..) != Some(columns(&contact).as_slice()) {
                    wrong.push((contact.id, "its columns are not what its body says"));
                }
            }
        }
    }
}
