//! What the database knows of its own contents, by which it chooses between indexes.

use crate::Store;
use crate::db::{Error, Statement};

impl Store {
    /// Has the database count anew what its tables hold. Worth it after much came in at once.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn analyze(&self) -> Result<(), Error> {
        self.db.write(vec![Statement::new("ANALYZE", vec![]).any()]).await.map(|_| ())
    }
}
