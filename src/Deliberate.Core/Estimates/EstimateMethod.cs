namespace Deliberate.Core;

/// <summary>How the interval of an <see cref="Estimate"/> was made.</summary>
public enum EstimateMethod
{
    /// <summary>It cannot be estimated: there is no interval.</summary>
    None,

    /// <summary>Wilson's score interval: a share with one sample an item.</summary>
    Wilson,

    /// <summary>The same with Brown, Cai and DasGupta's end near 0 or 1: of more than 50 items at most three hold the rarer outcome.</summary>
    ModifiedWilson,

    /// <summary>Wilson's with the effective number of samples, which hang together within an item, and Student's t for z.</summary>
    ClusteredWilson,

    /// <summary>Student's t of a mean, each item with one value.</summary>
    StudentT,

    /// <summary>Student's t of a mean whose error counts each cluster once.</summary>
    ClusteredStudentT,

    /// <summary>Student's t of the logarithm's mean, raised again.</summary>
    LogStudentT,

    /// <summary>Student's t of the differences of the same items.</summary>
    PairedStudentT,

    /// <summary>Differences that are all alike: by Wilson's bound on the share of items that would have differed and were not seen.</summary>
    PairedWilson,

    /// <summary>Quantiles over resamples of the items, both values of an item drawn together.</summary>
    PairedBootstrap,

    /// <summary>Student's t of the differences of the same items, whose error counts each cluster once.</summary>
    PairedClusteredStudentT,

    /// <summary>Quantiles over resamples of clusters of items.</summary>
    Bootstrap,

    /// <summary>A share corrected for the judge's errors: quantiles over resamples of the data and of the judge's validation set.</summary>
    CorrectedBootstrap,

    /// <summary>From the least to the most that it can be where items have no outcome, with the interval of each.</summary>
    MissingBounds,

    /// <summary>A coefficient of a fitted model: normal, with the error of the observed information.</summary>
    Likelihood,

    /// <summary>By the boundary of a design with several looks, in place of a single look's quantile.</summary>
    GroupSequential,

    /// <summary>Quantiles over resamples of instances, and of the rows within each.</summary>
    HierarchicalBootstrap,
}
