//! What a service says when it declines to do work.

use serde::{Deserialize, Serialize};

use crate::id::FulfillmentOrderLineId;

/// Why a service declined.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// In one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RejectionReason>,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The lines that are to blame, each with words of its own. All of the work is declined whatever is listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<(FulfillmentOrderLineId, Option<String>)>,
}

impl Rejection {
    /// One that only says something.
    pub fn saying(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::default() }
    }
}

/// Why a service declined, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionReason {
    /// The address is wrong.
    IncorrectAddress,
    /// What is known of an article doesn't do for shipping it.
    IncorrectProductInfo,
    /// The service doesn't ship such an article.
    IneligibleProduct,
    /// The service doesn't ship abroad.
    InternationalShippingUnavailable,
    /// The buyer can't be reached as it is said.
    InvalidContact,
    /// The service knows no such article.
    InvalidSku,
    /// There is none left.
    OutOfStock,
    /// The service doesn't work for the merchant at present.
    MerchantBlocked,
    /// Papers for customs are missing.
    MissingCustomsInfo,
    /// It is too much for the service.
    OrderTooLarge,
    /// Nobody said how to pack it.
    PackagePreferenceMissing,
    /// The merchant couldn't be charged.
    PaymentDeclined,
    /// Nobody delivers there.
    Undeliverable,
    /// Something else.
    Other,
}

impl RejectionReason {
    /// Every reason.
    pub const ALL: [RejectionReason; 14] = [
        RejectionReason::IncorrectAddress,
        RejectionReason::IncorrectProductInfo,
        RejectionReason::IneligibleProduct,
        RejectionReason::InternationalShippingUnavailable,
        RejectionReason::InvalidContact,
        RejectionReason::InvalidSku,
        RejectionReason::OutOfStock,
        RejectionReason::MerchantBlocked,
        RejectionReason::MissingCustomsInfo,
        RejectionReason::OrderTooLarge,
        RejectionReason::PackagePreferenceMissing,
        RejectionReason::PaymentDeclined,
        RejectionReason::Undeliverable,
        RejectionReason::Other,
    ];
}
