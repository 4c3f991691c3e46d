//! `WebhookSubscription`: listeners in this API's shape.

use domain::id::ListenerId;
use domain::listener::Listener;
use engine::{Engine, Error};
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::id::gid;
use crate::mutation::Input;
use crate::words::missing;

/// A listener.
pub(crate) struct SubscriptionNode<'d>(pub(crate) &'d Listener);

impl Object for SubscriptionNode<'_> {
    fn type_name(&self) -> &'static str {
        "WebhookSubscription"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "id" => Out::from(gid("WebhookSubscription", self.0.id.0)),
            other => return Err(missing("WebhookSubscription", other)),
        })
    }
}

/// The listeners that a list's arguments ask for.
pub(crate) fn found(data: &Data, _field: &Field<'_>) -> Vec<ListenerId> {
    data.listeners.iter().map(|listener| listener.id).collect()
}

pub(crate) async fn create(_: &Engine, _: &Data, field: &Field<'_>) -> Result<Input, Error> {
    Ok(Input::Failed(missing("Mutation", field.name())))
}

pub(crate) async fn update(_: &Engine, _: &Data, field: &Field<'_>) -> Result<Input, Error> {
    Ok(Input::Failed(missing("Mutation", field.name())))
}

pub(crate) fn delete(field: &Field<'_>) -> Input {
    Input::Failed(missing("Mutation", field.name()))
}
