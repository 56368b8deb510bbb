"""Few different weights, and weights in few bits."""
