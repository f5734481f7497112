using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

public sealed class CheckpointRoundTripTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Device _device = Device.Cpu(1);

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_checkpoint_of_our_own_that_is_loaded_and_saved_keeps_every_byte()
    {
        var (fresh, text) = RunSession.NewModel(TinyRun.Recipe(), _device);
        using var model = fresh;
        Checkpoint.Save(_folder.File("first"), model, text);
        SavedAgain("first", "second");
    }

    [Fact]
    public void A_foreign_model_keeps_template_and_stops_in_the_checkpoints_made_of_it()
    {
        var (foreign, text) = Checkpoint.LoadModel(SharedFolder.Path("fixtures", "gguf", "llama.Q8_0.gguf"), _device);
        using var model = foreign;
        var template = ChatTemplate.Parse("{{ messages[0].content }}\n", "template");
        Checkpoint.Save(_folder.File("first"), model, text with { ChatTemplate = template });
        var again = SavedAgain("first", "second");
        again.ChatTemplate!.Source.ShouldBe(template.Source);
        again.StopIds.ShouldBe(text.StopIds);
    }

    private TextFormat SavedAgain(string from, string to)
    {
        var (loaded, text) = Checkpoint.LoadModel(_folder.File(from), _device);
        using var model = loaded;
        Checkpoint.Save(_folder.File(to), model, text);
        var files = Directory.GetFiles(_folder.File(from));
        files.Length.ShouldBe(6);
        foreach (var file in files) File.ReadAllBytes(Path.Combine(_folder.File(to), Path.GetFileName(file))).ShouldBe(File.ReadAllBytes(file), Path.GetFileName(file));
        return text;
    }
}
