namespace Deliberate.Models;

/// <summary>
/// The packed copies of a lean model's weights while samples are drawn, a few rows at a time, for which laying them out on the way would
/// cost too much. Gradients, which nobody needs then, give their memory for it.
/// </summary>
internal sealed class SamplingPanels : IDisposable
{
    private readonly LanguageModel _model;

    public SamplingPanels(LanguageModel model)
    {
        _model = model;
        model.Trained.ReleaseGradients();
        model.HoldPanels();
    }

    public void Dispose() => _model.DropPanels();
}
