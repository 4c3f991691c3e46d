//! Values to and from PostgreSQL's binary format.

use std::error::Error as StdError;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::db::{Error, Row, Value};

impl ToSql for Value {
    fn to_sql(&self, to: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        // The server infers the type of a parameter from where it stands: `LIMIT $1` is INT8, `$1 + 1` INT4.
        match (self, to) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(number), &Type::INT8) => number.to_sql(to, out),
            (Value::Int(number), &Type::INT4) => i32::try_from(*number)?.to_sql(to, out),
            (Value::Int(number), &Type::INT2) => i16::try_from(*number)?.to_sql(to, out),
            (Value::Text(text), _) if <&str as ToSql>::accepts(to) => text.as_str().to_sql(to, out),
            (Value::Int(_), _) => Err(format!("a number was given where PostgreSQL wants {to}").into()),
            (Value::Text(_), _) => Err(format!("text was given where PostgreSQL wants {to}").into()),
        }
    }

    fn accepts(to: &Type) -> bool {
        matches!(*to, Type::INT8 | Type::INT4 | Type::INT2) || <&str as ToSql>::accepts(to)
    }

    to_sql_checked!();
}

/// A row in the seam's two types.
pub(super) fn decode(row: &tokio_postgres::Row) -> Result<Row, Error> {
    let decoded = row.columns().iter().enumerate().map(|(i, column)| {
        let value = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(i).map(Value::from),
            Type::INT4 => row.try_get::<_, Option<i32>>(i).map(Value::from),
            Type::INT2 => row.try_get::<_, Option<i16>>(i).map(|small| Value::from(small.map(i32::from))),
            Type::BOOL => row.try_get::<_, Option<bool>>(i).map(Value::from),
            _ => row.try_get::<_, Option<&str>>(i).map(Value::from),
        };
        value.map_err(|error| {
            Error::Bug(format!("column {} is {}; CAST it ({error})", column.name(), column.type_()))
        })
    });
    decoded.collect::<Result<_, _>>().map(Row)
}
