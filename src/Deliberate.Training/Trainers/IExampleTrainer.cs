namespace Deliberate.Training;

/// <summary>Takes optimizer steps on batches of examples: imitates them, or learns what their labels say.</summary>
internal interface IExampleTrainer : IDisposable
{
    /// <summary>Share of the last batch's labels that the model had right before the update; null where there are none.</summary>
    double? Accuracy => null;

    /// <summary>One optimizer step on a batch of examples.</summary>
    /// <param name="rate">The schedule's factor of the learning rate.</param>
    TrainingStep Step(IReadOnlyList<SupervisedExample> examples, double rate);

    /// <summary>The mean loss of examples that are not learned from.</summary>
    double Measure(IReadOnlyList<SupervisedExample> examples);
}
