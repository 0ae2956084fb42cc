//! What accounts were worth: one curve, or those of all accounts of a kind as one.

use crate::desk::Desk;
use crate::refused::Refused;
use crate::view::Whose;
use crate::views::Portfolio;
use domain::brokerage::Access;
use domain::equity::Curve;
use domain::market::Span;
use domain::tenant::Tenant;

impl Desk {
    /// Worth over time.
    pub(crate) async fn portfolio(&self, tenant: Tenant, whose: Whose, span: Span) -> Result<Portfolio, Refused> {
        let read = |access: Access| async move { self.inner().records.curve(&access, span).await };
        let (owner, read) = self.read_all(tenant, whose, read).await?;
        let (mut curves, mut missing) = (Vec::new(), Vec::new());
        for (account, curve) in read {
            match curve {
                Ok(curve) => curves.push(curve),
                Err(trouble) => missing.push((account, trouble)),
            }
        }
        let curve = if curves.len() == 1 { curves.swap_remove(0) } else { Curve::together(span, &curves) };
        Ok(Portfolio { owner, curve, missing, at: self.inner().clock.now() })
    }
}
