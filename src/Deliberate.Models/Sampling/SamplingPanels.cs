namespace Deliberate.Models;

/// <summary>
/// The packed copies of a lean model's weights while samples are drawn, a few rows at a time, for which laying them out on the way would
/// cost too much. They lie in the memory of the gradients, which nobody needs then: to give that back and take other instead would have the system
/// clear both, a gigabyte a step of a model of 135 million weights. Where they do not fit there, that is what is done.
/// </summary>
internal sealed class SamplingPanels : IDisposable
{
    private readonly LanguageModel _model;

    public SamplingPanels(LanguageModel model)
    {
        _model = model;
        if (!model.PacksIntoGradients) model.Trained.ReleaseGradients();
        model.HoldPanels();
    }

    public void Dispose() => _model.DropPanels();
}
