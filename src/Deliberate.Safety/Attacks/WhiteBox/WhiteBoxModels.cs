using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Safety;

/// <summary>
/// Targets opened for attacks on their weights: a second copy beside the one that answers, since that one is held in the layout of inference and
/// cannot be gone back through. One attack has it at a time. What is derived from it for a whole campaign (the ablated model) is kept here too.
/// </summary>
/// <param name="goals">Of the campaign: what the refusal direction is found from.</param>
internal sealed class WhiteBoxModels(IReadOnlyList<AttackGoal> goals, ulong seed) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private (CheckpointConnection Of, Opened Opened)? _opened;

    public async Task<Held> TakeAsync(CheckpointConnection checkpoint, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_opened is not { } known || known.Of != checkpoint)
            {
                _opened?.Opened.Dispose();
                _opened = null;
                _opened = known = (checkpoint, new Opened(checkpoint.Model.Location));
            }

            return new Held(this, known.Opened, checkpoint);
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    public void Dispose()
    {
        _opened?.Opened.Dispose();
        _turn.Dispose();
    }

    /// <summary>The weights while an attack has them.</summary>
    public sealed class Held : IDisposable
    {
        private readonly WhiteBoxModels _models;
        private readonly Opened _opened;
        private readonly CheckpointConnection _checkpoint;

        public Held(WhiteBoxModels models, Opened opened, CheckpointConnection checkpoint) => (_models, _opened, _checkpoint) = (models, opened, checkpoint);

        public WhiteBoxModel Weights => _opened.WhiteBox;

        public TextFormat Format => _opened.Text;

        /// <summary>The target without its refusal direction, made with the first call.</summary>
        public EvaluationModel Ablated(CancellationToken cancellation)
        {
            if (_opened.Ablated is not null) return _opened.Ablated;
            var folder = Path.Combine(Path.GetTempPath(), $"deliberate-ablated-{Guid.NewGuid():N}");
            try
            {
                RefusalDirection.Find(_opened.WhiteBox, _checkpoint, _models.Goals, _models.Seed, cancellation).Write(folder, _opened.Pretrained, cancellation);
                return _opened.Ablated = CheckpointConnection.Open(folder, "ablated", [], threads: 0);
            }
            finally
            {
                // It is in memory by now, and the attack leaves no model behind: attack ablate does.
                if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            }
        }

        public void Dispose() => _models._turn.Release();
    }

    private IReadOnlyList<AttackGoal> Goals => goals;

    private ulong Seed => seed;

    /// <summary>A checkpoint's weights, for training.</summary>
    internal sealed class Opened : IDisposable
    {
        private readonly Device _device;

        /// <exception cref="UserError">An adapter belongs to it, or it cannot be opened.</exception>
        public Opened(string location)
        {
            Pretrained = PretrainedModel.Open(location);
            _device = Device.Shared();
            try
            {
                Pretrained.RefuseAdapter();
                WhiteBox = new WhiteBoxModel(Pretrained.LoadWeights(_device));
            }
            catch
            {
                _device.Dispose();
                Pretrained.Dispose();
                throw;
            }
        }

        public PretrainedModel Pretrained { get; }

        public TextFormat Text => Pretrained.Text;

        public WhiteBoxModel WhiteBox { get; }

        public EvaluationModel? Ablated { get; set; }

        public void Dispose()
        {
            Ablated?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            WhiteBox.Dispose();
            WhiteBox.Model.Dispose();
            _device.Dispose();
            Pretrained.Dispose();
        }
    }
}
