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
}
