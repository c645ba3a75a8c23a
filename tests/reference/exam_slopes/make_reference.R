# mlmRev::Exam with a slope of standLRT in every school; the data stay in the package (GPL >= 2), only the answers are here.
source("../helpers.R"); source("../slope_helpers.R"); suppressMessages(library(mlmRev)); d <- Exam; fm <- normexam ~ standLRT + sex + schavg + (1 + standLRT | school)
out <- list(provenance = prov(c("lme4", "mlmRev", "lmerTest", "nlme", "numDeriv")), REML = slope_lmer_ref(fm, d, TRUE), ML = slope_lmer_ref(fm, d, FALSE), satterthwaite = satterthwaite_ref(fm, d), containment = containment_ref(normexam ~ standLRT + sex + schavg, ~ 1 + standLRT | school, d))
wj(out, "reference.json"); cat(out$REML$random$correlation, "\n")
