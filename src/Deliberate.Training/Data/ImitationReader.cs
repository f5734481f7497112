using System.Globalization;
using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>Examples to imitate.</summary>
internal sealed class ImitationReader(TextFormat format) : IExampleReader
{
    private readonly SupervisedEncoder _encoder = new(format);

    public string? Notice => _encoder.Thoughts.ClosedAtOnce == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{_encoder.Thoughts.ClosedAtOnce} turns of the assistant have no thought: the model's template opens one, and they learn to close it at once.");

    public IEnumerable<ExampleLine> Read(string file) => SupervisedFile.Read(file).Select(line => new ExampleLine(line.File, line.Line, line.Key, () => _encoder.Encode(line)));
}
