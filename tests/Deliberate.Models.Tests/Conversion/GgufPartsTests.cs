using Deliberate.Core;

namespace Deliberate.Models.Tests;

/// <summary>Models that llama-gguf-split cut into several files.</summary>
public sealed class GgufPartsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Several_parts_are_one_model()
    {
        var whole = Split(3);
        using var model = PretrainedModel.Open(_folder.Path);
        using var original = PretrainedModel.Open(whole);
        model.Configuration.ShouldBe(original.Configuration);
        model.Weights.Files.Count.ShouldBe(3);
        foreach (var parameter in ParameterNames.Of(original.Configuration))
        {
            var (expected, actual) = (new float[original.Weights.Info(parameter.Name).Count], new float[original.Weights.Info(parameter.Name).Count]);
            original.Weights.Read(parameter.Name, expected);
            model.Weights.Read(parameter.Name, actual);
            actual.ShouldBe(expected, parameter.Name);
        }
    }

    [Fact]
    public void A_missing_a_later_and_a_foreign_part_are_named()
    {
        Split(3);
        var second = Path.Combine(_folder.Path, "model-00002-of-00003.gguf");
        Should.Throw<UserError>(() => PretrainedModel.Open(second)).Message.ShouldContain("Name the first, model-00001-of-00003.gguf");
        File.Copy(Path.Combine(_folder.Path, "model-00003-of-00003.gguf"), second, overwrite: true);
        Should.Throw<UserError>(() => PretrainedModel.Open(_folder.Path)).Field.ShouldBe("split.no");
        File.Delete(second);
        Should.Throw<UserError>(() => PretrainedModel.Open(_folder.Path)).Message.ShouldContain("model-00002-of-00003.gguf is missing");
    }

    /// <summary>Writes the shared Llama as so many parts, tensors in turn.</summary>
    /// <returns>The whole file.</returns>
    private string Split(int count)
    {
        var whole = FixtureModels.Gguf("llama.F32.gguf");
        using var file = GgufFile.Open(whole);
        for (var part = 0; part < count; part++)
        {
            using var pairs = new GgufPairs();
            if (part == 0) CopyMetadata(file.Metadata, pairs);
            pairs.Add("split.no", part);
            pairs.Add("split.count", count);
            pairs.Add("split.tensors.count", file.Names.Count);
            TensorInfo[] tensors = [.. file.Names.Where((_, i) => i % count == part).Select(file.Info)];
            using var stream = File.Create(_folder.File($"model-{part + 1:00000}-of-{count:00000}.gguf"));
            var writer = new GgufWriter(stream, pairs, tensors);
            foreach (var tensor in tensors)
            {
                var bytes = new byte[tensor.ByteCount];
                file.ReadBytes(tensor.Name, bytes);
                writer.Append(bytes);
            }

            writer.Finish();
        }

        return whole;
    }

    private static void CopyMetadata(GgufMetadata from, GgufPairs to)
    {
        foreach (var key in from.Keys)
        {
            if (Try(() => from.String(key)) is { } text) to.Add(key, text);
            else if (Try(() => from.Strings(key)) is { } texts) to.Add(key, texts);
            else if (Try(() => from.Integers(key)) is { } numbers) to.Add(key, numbers);
            else if (Try(() => from.Floats(key)) is { } floats) to.Add(key, floats);
            else if (Try<object>(() => from.Bool(key)) is bool flag) to.Add(key, flag);
            else if (Try<object>(() => from.Integer(key, long.MinValue, long.MaxValue)) is long number) to.Add(key, (int)number);
            else to.Add(key, from.Number(key, double.MinValue, double.MaxValue)!.Value);
        }

        static T? Try<T>(Func<T?> read)
            where T : class
        {
            try
            {
                return read();
            }
            catch (UserError)
            {
                return null;
            }
        }
    }
}
