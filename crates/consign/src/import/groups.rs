//! Rows of one order, put together. They stand one after another; an order that comes up again later in the file
//! is not merged, since by then it is placed.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::iter::Peekable;

use super::rows::{Row, Rows};
use crate::failure::Failure;

/// More rows than any order has; what comes after them is counted, not kept.
const ROWS: usize = 5_000;

/// The rows of one order.
#[derive(Debug)]
pub struct Group {
    /// The first of its rows, from which the others are reached.
    pub rows: Vec<Row>,
    /// How many rows there are in the file, those not kept included.
    pub count: u64,
    /// Where an order of that name began before.
    pub before: Option<u64>,
}

/// The orders of a file.
pub struct Groups {
    rows: Peekable<Rows>,
    name: &'static str,
    id: &'static str,
    hasher: RandomState,
    /// Where each name began. Names are kept as hashes of 64 bits: a million of them take 32 MB, and the chance that
    /// two of a million are taken for one is below 1 in 10 million.
    seen: HashMap<u64, u64>,
}

impl Groups {
    /// Groups `rows` by the column `name`. Another value in the column `id` begins another order too.
    pub fn new(rows: Rows, name: &'static str, id: &'static str) -> Self {
        Self { rows: rows.peekable(), name, id, hasher: RandomState::new(), seen: HashMap::new() }
    }
}

/// Whether the order that begins with `first` goes on in `next`.
fn goes_on(first: &Row, next: &Row, name: &'static str, id: &'static str) -> bool {
    let (called, told) = (first.cell(name).text, next.cell(id).text);
    !called.is_empty() && next.cell(name).text == called && (told.is_empty() || told == first.cell(id).text)
}

impl Iterator for Groups {
    type Item = Result<Group, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = loop {
            match self.rows.next()? {
                Ok(row) if row.is_blank() => {}
                Ok(row) => break row,
                Err(failure) => return Some(Err(failure)),
            }
        };
        let mut group = Group { rows: vec![first], count: 1, before: None };
        while let Some(Ok(next)) = self.rows.peek() {
            if !goes_on(&group.rows[0], next, self.name, self.id) {
                break;
            }
            if let Some(Ok(row)) = self.rows.next() {
                group.count += 1;
                if group.rows.len() < ROWS {
                    group.rows.push(row);
                }
            }
        }
        let first = &group.rows[0];
        let name = first.cell(self.name).text;
        if !name.is_empty() {
            let (hash, number) = (self.hasher.hash_one(name), first.number);
            group.before = self.seen.get(&hash).copied();
            self.seen.entry(hash).or_insert(number);
        }
        Some(Ok(group))
    }
}
