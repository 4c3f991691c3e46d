//! Every kind of command, by name. The compiler asks for a new one here, and then the run fails until it was carried
//! out and refused at least once.

use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::command::charging::ChargingCommand;

macro_rules! kinds {
    ($($pattern:pat => $name:literal,)*) => {
        /// Every kind.
        pub const KINDS: &[&str] = &[$($name),*];

        /// The kind of a command.
        pub fn kind(command: &Command) -> &'static str {
            use BillingCommand as Billed;
            use ChargingCommand as Charged;
            match command {
                $($pattern => $name,)*
            }
        }
    };
}

kinds! {
    Command::Place(_) => "place",
    Command::Route(_) => "route",
    Command::Fulfill(_) => "fulfill",
    Command::Track(_) => "track",
    Command::LearnTracking(..) => "learn tracking",
    Command::CancelFulfillment(_) => "cancel fulfillment",
    Command::DeleteFulfillment(_) => "delete fulfillment",
    Command::RecordDelivery(_) => "record delivery",
    Command::ForgetDelivery(..) => "forget delivery",
    Command::CancelOrder(_) => "cancel order",
    Command::Hold(_) => "hold",
    Command::Release(..) => "release",
    Command::RequestFulfillment(_) => "request fulfillment",
    Command::AcceptRequest(..) => "accept request",
    Command::RejectRequest(..) => "reject request",
    Command::Open(_) => "open",
    Command::Split(_) => "split",
    Command::Merge(_) => "merge",
    Command::Move(_) => "move",
    Command::Reroute(_) => "reroute",
    Command::EditOrder(_) => "edit order",
    Command::BeginDraft(_) => "begin draft",
    Command::ChangeDraft(..) => "change draft",
    Command::CommitDraft(..) => "commit draft",
    Command::MarkPaid(_) => "mark paid",
    Command::CancelWork(_) => "cancel work",
    Command::RequestCancellation(..) => "request cancellation",
    Command::AcceptCancellation(..) => "accept cancellation",
    Command::RejectCancellation(..) => "reject cancellation",
    Command::GiveUp(..) => "give up",
    Command::ReportProgress(..) => "report progress",
    Command::PrepareForPickup(_) => "prepare for pickup",
    Command::Reschedule(..) => "reschedule",
    Command::SetDeadline(..) => "set deadline",
    Command::FulfillLines(_) => "fulfill lines",
    Command::Billing(Billed::Place(_)) => "billing: place",
    Command::Billing(Billed::Update(_)) => "billing: update",
    Command::Billing(Billed::Issue(_)) => "billing: issue",
    Command::Billing(Billed::UpdateInvoice(_)) => "billing: update invoice",
    Command::Billing(Billed::Pay(_)) => "billing: pay",
    Command::Billing(Billed::Abandon(..)) => "billing: abandon",
    Command::Billing(Billed::Void(..)) => "billing: void",
    Command::Billing(Billed::Reissue(..)) => "billing: reissue",
    Command::Billing(Billed::Refund(_)) => "billing: refund",
    Command::Billing(Billed::Record(_)) => "billing: record",
    Command::Billing(Billed::RecordDispute(_)) => "billing: record dispute",
    Command::Billing(Billed::Cancel(_)) => "billing: cancel",
    Command::Billing(Billed::Pause(..)) => "billing: pause",
    Command::Billing(Billed::Resume(_)) => "billing: resume",
    Command::Billing(Billed::Reactivate(_)) => "billing: reactivate",
    Command::Billing(Billed::ChangePlan(_)) => "billing: change plan",
    Command::Billing(Billed::Advance(_)) => "billing: advance",
    Command::Billing(Billed::SavePrice(_)) => "billing: save price",
    Command::Billing(Billed::SaveAccess(_)) => "billing: save access",
    Command::Billing(Billed::RevokeAccess(_)) => "billing: revoke access",
    Command::FulfillOrder(_) => "fulfill order",
    Command::GiveUpUnits(_) => "give up units",
    Command::AmendFulfillment(_) => "amend fulfillment",
    Command::Charging(Charged::Place(_)) => "charging: place",
    Command::Charging(Charged::Authorize(..)) => "charging: authorize",
    Command::Charging(Charged::Refund(_)) => "charging: refund",
    Command::Charging(Charged::AmendRefund(..)) => "charging: amend refund",
    Command::Charging(Charged::OpenReturn(_)) => "charging: open return",
    Command::Charging(Charged::AmendReturn(..)) => "charging: amend return",
    Command::Charging(Charged::AcceptReturn(_)) => "charging: accept return",
    Command::SaveListener(_) => "save listener",
    Command::RemoveListener(_) => "remove listener",
    Command::SaveLocation(_) => "save location",
    Command::SaveService(..) => "save service",
    Command::EditLocation(_) => "edit location",
    Command::EditService(_) => "edit service",
    Command::DeleteService(_) => "delete service",
    Command::SaveProduct(..) => "save product",
    Command::AmendOrder(_) => "amend order",
    Command::CloseOrder(_) => "close order",
    Command::ReopenOrder(_) => "reopen order",
    Command::DeleteOrder(_) => "delete order",
    Command::SaveContact(_) => "save contact",
    Command::DeleteContact(_) => "delete contact",
    Command::RedactContact(_) => "redact contact",
    Command::DeactivateLocation(..) => "deactivate location",
    Command::ActivateLocation(_) => "activate location",
    Command::DeleteLocation(_) => "delete location",
    Command::SaveRecords(_) => "save records",
    Command::RemoveRecords(_) => "remove records",
    Command::SaveWorkflow(_) => "save workflow",
    Command::AdvanceRun(..) => "advance run",
    Command::ResumeRun(_) => "resume run",
    Command::SetStock(_) => "set stock",
    Command::AdjustStock(_) => "adjust stock",
    Command::StartStocking(_) => "start stocking",
    Command::StopStocking(..) => "stop stocking",
    Command::SetStocking(_) => "set stocking",
    Command::EditVariant(..) => "edit variant",
    Command::Reserve(_) => "reserve",
    Command::EndReservation(_) => "end reservation",
    Command::ExpireReservation(_) => "expire reservation",
}

/// What nobody is refused: looking for a place again is nobody's privilege, and an order that isn't there has nothing
/// to route.
pub const NEVER_REFUSED: &[&str] = &["route"];
