"""Training: train(), sweep(), prune() with retraining, checkpoints, the check of gradients, the scikit-learn face."""
