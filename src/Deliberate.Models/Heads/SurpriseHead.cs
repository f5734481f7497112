using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A head that reads the hidden state and the surprise of the same model, which stays as it is: y = W·[h, f] (+ b), f of
/// <see cref="SurpriseFeatures"/>. One forward of the model gives both. The head is computed on the host in double, row by row, so that
/// training and search have the same bits and no device needs to know of it.
/// </summary>
internal sealed class SurpriseHead : IDisposable
{
    private readonly LanguageModel _model;
    private readonly Tensor _hidden;
    private readonly LogProbabilityHead _words;
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly double[] _statistics;
    private readonly int _width;

    /// <param name="tape">Of the model.</param>
    /// <param name="hidden">What the language model's own head reads, [tokens, hidden].</param>
    public SurpriseHead(LanguageModel model, Tape tape, Tensor hidden)
    {
        (_model, _hidden, _width) = (model, hidden, model.Configuration.HiddenSize);
        _words = new LogProbabilityHead(tape, hidden, model.Head, model.Configuration.LogitSoftCap ?? 0, training: false) { OnlyTargets = true };
        (_weight, _bias) = (model.Parameters[OutputHead.WeightName], model.ScoreBias);
        (Outputs, Inputs) = (_weight.Rows, _weight.Columns);
        _statistics = new double[4 * (long)tape.TokenCapacity];
    }

    public int Outputs { get; }

    /// <summary>Hidden state and features.</summary>
    public int Inputs { get; }

    /// <summary>Of the batch that the tape has run: row by row the log-probability of each row's target, nats, until the next call.</summary>
    /// <param name="into">[tokens].</param>
    public void LogProbabilities(Span<double> into)
    {
        _words.Forward();
        _words.Statistics.Value.Read(0, _statistics.AsSpan(0, 4 * into.Length));
        for (var row = 0; row < into.Length; row++) into[row] = _statistics[4 * row];
    }

    /// <summary>The hidden state of a row of the batch.</summary>
    /// <param name="into">[hidden].</param>
    public void Hidden(int row, Span<double> into) => _hidden.Value.Read(_hidden.Offset + ((long)row * _hidden.Stride), into[.._width]);

    /// <summary>The weights as they are now; what is computed with them is theirs.</summary>
    public Weights Now()
    {
        var (weight, bias) = (new double[_weight.Length], new double[Outputs]);
        _model.Parameters.Values.Read(_weight.Offset, weight);
        if (_bias is not null) _model.Parameters.Values.Read(_bias.Offset, bias);
        return new Weights(weight, bias, Inputs);
    }

    /// <summary>Adds to the head's gradients, row after row, so that they do not depend on how a batch is cut.</summary>
    /// <param name="inputs">[rows, Inputs].</param>
    /// <param name="upstream">d loss / d output, [rows, Outputs].</param>
    public void AddGradients(ReadOnlySpan<double> inputs, ReadOnlySpan<double> upstream)
    {
        var (weight, bias) = (new double[_weight.Length], new double[Outputs]);
        _model.Parameters.Gradients.Read(_weight.Offset, weight);
        if (_bias is not null) _model.Parameters.Gradients.Read(_bias.Offset, bias);
        for (var row = 0; row < upstream.Length / Outputs; row++)
        {
            for (var k = 0; k < Outputs; k++)
            {
                var slope = upstream[(row * Outputs) + k];
                if (slope == 0) continue;
                // Rounded as the buffer would round it, were it written each time.
                for (var i = 0; i < Inputs; i++) weight[(k * Inputs) + i] = (float)(weight[(k * Inputs) + i] + (slope * inputs[(row * Inputs) + i]));
                bias[k] = (float)(bias[k] + slope);
            }
        }

        _model.Parameters.Gradients.Write(_weight.Offset, weight);
        if (_bias is not null) _model.Parameters.Gradients.Write(_bias.Offset, bias);
    }

    public void Dispose() => _words.Dispose();

    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="inputs">Columns.</param>
    public readonly struct Weights(double[] weight, double[] bias, int inputs)
    {
        /// <param name="row">Hidden state and features, [inputs].</param>
        /// <param name="outputs">[outputs].</param>
        public void Apply(ReadOnlySpan<double> row, Span<double> outputs)
        {
            for (var k = 0; k < outputs.Length; k++)
            {
                var sum = bias[k];
                for (var i = 0; i < inputs; i++) sum += weight[(k * inputs) + i] * row[i];
                outputs[k] = sum;
            }
        }
    }
}
