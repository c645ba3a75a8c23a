"""Several items taken together: their correlations, reliability and factors."""
